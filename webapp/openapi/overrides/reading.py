"""
Overrides read from what somebody wrote, and every mistake in it named.

    [resources.projects]
    label = "Our projects"
    columns = ["name", "owner_id"]
"""

import re
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Any

from webapp.errors import SettingsError
from webapp.openapi.overrides.values import (
    OFF,
    APIOverride,
    CSRFOverride,
    LoginOverride,
    OperationOverride,
    Overrides,
    PagingOverride,
    ResourceOverride,
    SortingOverride,
)
from webapp.openapi.site import PagingStyle
from webapp.record import record

KINDS = ("form", "json", "basic", "bearer", "api_key", "none")
MOST_BYTES = 4 * 2**20
HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,79}")
HEADER_VALUE = re.compile(r"[\x20-\x7e]{0,400}")
MEDIA_TYPE = re.compile(r"application/[A-Za-z0-9.+-]+(?:;[\x20-\x7e]*)?")


@record(frozen=True, slots=True)
class Key:
    """What may stand under a name: how it is read, and how to say what is wanted."""

    read: Callable[[Any, str], Any]
    """Takes the value and where it stands; raises ValueError for a wrong one, SettingsError for what is in it."""
    wants: str
    may_be_off: bool = False

    def value(self, given: Any, where: str) -> Any:
        """The value that was given; raises SettingsError."""
        if self.may_be_off and given is False:
            return OFF
        try:
            return self.read(given, where)
        except ValueError:
            wanted = f"{self.wants} or false" if self.may_be_off else self.wants
            raise SettingsError(f"{where} is {_shown(given)}, but must be {wanted}.") from None


def parse_overrides(text: str | bytes, where: str) -> Overrides:
    """The overrides in a TOML text; raises SettingsError, one sentence that begins with `where`."""
    import tomllib

    try:
        if len(text) > MOST_BYTES:
            raise SettingsError(f"the file has more than {MOST_BYTES // 2**20} MB.")
        return read_overrides(tomllib.loads(text.decode() if isinstance(text, bytes) else text))
    except (ValueError, RecursionError) as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise SettingsError(f"{where} is not valid TOML: {error}.") from None
    except SettingsError as error:
        raise SettingsError(f"{where}: {error}") from None


def read_overrides(given: Any) -> Overrides:
    """The overrides in a mapping, as a file would hold them; raises SettingsError."""
    values = table(given, SITE, "")
    document = values.pop("document", {})
    site = values.pop("site", {})
    return Overrides(**values, **site, **document)


def table(given: Any, keys: Mapping[str, Key], where: str) -> dict[str, Any]:
    """The values of a table whose keys are known; raises SettingsError for an unknown one or a wrong value."""
    if not isinstance(given, Mapping):
        raise SettingsError(f"{where or 'This'} is {_shown(given)}, but must be a table.")
    values = {}
    for name, value in given.items():
        place = f"{where}.{name}" if where else str(name)
        if name not in keys:
            raise SettingsError(f"{place} is not known; {_suggestion(str(name), keys)}.")
        values[name] = keys[name].value(value, place)
    return values


def did_you_mean(name: str, known: Collection[str]) -> str:
    """A question with the known name that is nearest; empty where none is near."""
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"is it {near[0]}?" if near else ""


def _suggestion(name: str, known: Collection[str]) -> str:
    return did_you_mean(name, known).rstrip("?") or f"known are {', '.join(known)}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if len(repr(value)) < 60 else f"a {type(value).__name__}"


# What may stand where


def _text(value: Any, _: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


def _any_text(value: Any, _: str) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _flag(value: Any, _: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _texts(value: Any, _: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise ValueError
    return tuple(value)


def _steps(value: Any, where: str) -> tuple[str, ...]:
    """Where the rows are: `"data.items"`, or a list of names where one has a dot in it."""
    if isinstance(value, str):
        return tuple(value.split(".")) if value else ()
    return _texts(value, where)


def _whole(least: int) -> Callable[[Any, str], int]:
    def read(value: Any, _: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= 10**9:
            raise ValueError
        return value

    return read


def _one_of(*choices: str) -> Key:
    def read(value: Any, _: str) -> str:
        if value not in choices:
            raise ValueError
        return str(value)

    return Key(read, f"one of {', '.join(choices)}")


def _path(value: Any, _: str) -> str:
    if not isinstance(value, str) or not value.startswith("/"):
        raise ValueError
    return value


def _operation(value: Any, _: str) -> str:
    method, _space, path = value.rpartition(" ") if isinstance(value, str) else ("", "", "")
    if not path.startswith("/") or not (method.isupper() or not method):
        raise ValueError
    return str(value)


def _of_texts(value: Any, _: str) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(each, str) for each in value.values()):
        raise ValueError
    return dict(value)


def _header(value: Any, _: str) -> str:
    if not isinstance(value, str) or not HEADER_NAME.fullmatch(value):
        raise ValueError
    return value


def _headers(value: Any, where: str) -> dict[str, str]:
    headers = {_header(name, where): text for name, text in _of_texts(value, where).items()}
    if not all(HEADER_VALUE.fullmatch(text) for text in headers.values()):
        raise ValueError
    return headers


def _csrf(value: Any, where: str) -> CSRFOverride:
    csrf = CSRFOverride(**table(value, CSRF, where))
    if csrf.cookie is None or csrf.header is None:
        raise ValueError
    return csrf


def _media_type(value: Any, _: str) -> str:
    if not isinstance(value, str) or not MEDIA_TYPE.fullmatch(value):
        raise ValueError
    return value


def _relations(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError
    target = Key(_text, "the name of a resource", may_be_off=True)
    return {str(name): target.value(each, f"{where}.{name}") for name, each in value.items()}


def _choices(value: Any, where: str) -> dict[str, tuple[str, bool]]:
    """`{"-created_at" = "created_at desc"}`."""
    choices = {}
    for sent, told in _of_texts(value, where).items():
        name, _, way = told.rpartition(" ")
        if way not in ("asc", "desc") or not name:
            raise SettingsError(f'{where}."{sent}" is {told!r}, but must be a field and its direction: "name asc".')
        choices[sent] = name, way == "desc"
    return choices


def _part(keys: Mapping[str, Key], made: Callable[..., Any]) -> Callable[[Any, str], Any]:
    return lambda value, where: made(**table(value, keys, where))


def _each(keys: Mapping[str, Key], made: Callable[..., Any]) -> Callable[[Any, str], Any]:
    def read(value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise ValueError
        return {str(name): made(**table(each, keys, f"{where}.{name}")) for name, each in value.items()}

    return read


TEXT = Key(_text, "a text")
HEADER = Key(_header, "a header's name")
NAME = Key(_text, "a field's name", may_be_off=True)
FLAG = Key(_flag, "true or false")
COUNT = Key(_whole(1), "a whole number of at least 1")
OPERATION = Key(_operation, 'a path, or a method and a path: "POST /auth/logout"', may_be_off=True)

PAGING = {
    "style": Key(lambda value, _: PagingStyle(value), f"one of {', '.join(PagingStyle)}"),
    "position": TEXT,
    "size": TEXT,
    "default_size": COUNT,
    "max_size": COUNT,
    "first": Key(_whole(0), "0 or 1"),
}
SORTING = {
    "parameter": TEXT,
    "choices": Key(_choices, 'a table of values to send: {"-date" = "date desc"}'),
    "direction": TEXT,
    "ascending": TEXT,
    "descending": TEXT,
}
RESOURCE = {
    "label": TEXT,
    "singular": TEXT,
    "group": TEXT,
    "hidden": FLAG,
    "columns": Key(_texts, "a list of field names"),
    "id": NAME,
    "title": NAME,
    "items": Key(_steps, "a dotted path or a list of names", may_be_off=True),
    "paging": Key(_part(PAGING, PagingOverride), "a table", may_be_off=True),
    "sorting": Key(_part(SORTING, SortingOverride), "a table", may_be_off=True),
    "search": Key(_text, "a query parameter's name", may_be_off=True),
    "filters": Key(_texts, "a list of query parameters"),
    "relations": Key(_relations, "a table of fields and resources"),
    "item": OPERATION,
    "create": OPERATION,
    "update": OPERATION,
    "delete": OPERATION,
}
OPERATIONS = {"label": TEXT, "hidden": FLAG}
LOGIN = {
    "kind": _one_of(*KINDS),
    "path": Key(_path, "a path that begins with a slash"),
    "username_field": TEXT,
    "password_field": TEXT,
    "username_label": TEXT,
    "token_field": TEXT,
    "scheme": Key(_any_text, "a text"),
    "key": TEXT,
    "key_in": _one_of("header", "query", "cookie"),
    "key_label": TEXT,
    "extra": Key(_of_texts, "a table of texts"),
    "me": OPERATION,
    "register": OPERATION,
    "sign_out": OPERATION,
    "refresh": OPERATION,
    "refresh_field": TEXT,
}
CSRF = {"cookie": TEXT, "header": HEADER, "path": Key(_path, "a path that begins with a slash")}
API = {
    "write_headers": Key(_headers, "a table of headers and their values"),
    "csrf": Key(_csrf, "a table with a cookie and a header"),
    "media_type": Key(_media_type, 'a media type, "application/vnd.api+json"'),
}
SITE = {
    "site": Key(lambda value, where: table(value, {"title": TEXT}, where), "a table"),
    "document": Key(lambda value, where: table(value, {"varies": FLAG}, where), "a table"),
    "api": Key(_part(API, APIOverride), "a table"),
    "login": Key(_part(LOGIN, LoginOverride), "a table"),
    "resources": Key(_each(RESOURCE, ResourceOverride), "a table of resources"),
    "operations": Key(_each(OPERATIONS, OperationOverride), "a table of operations"),
}
