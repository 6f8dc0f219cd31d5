"""What kind of value a field holds: what its schema says, else what its name and its values suggest."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from types import NoneType
from typing import Any, Protocol
from uuid import UUID

from webapp.html.format import is_hex_color, is_web_link, moment
from webapp.html.kinds import Kind
from webapp.html.spans import is_duration, is_phone
from webapp.openapi.jsontypes import json_types
from webapp.openapi.remembering import remembered

LONG = 80
"""Characters that no longer fit into a cell."""

MOST_SAMPLES = 50

FORMATS = {
    "date": Kind.DATE,
    "date-time": Kind.DATETIME,
    "time": Kind.TIME,
    "duration": Kind.DURATION,
    "phone": Kind.PHONE,
    "email": Kind.EMAIL,
    "idn-email": Kind.EMAIL,
    "uri": Kind.URL,
    "url": Kind.URL,
    "iri": Kind.URL,
    "uuid": Kind.CODE,
    "ipv4": Kind.CODE,
    "ipv6": Kind.CODE,
    "hostname": Kind.CODE,
    "byte": Kind.CODE,
    "password": Kind.SECRET,
    "color": Kind.COLOR,
    "markdown": Kind.LONG_TEXT,
    "html": Kind.LONG_TEXT,
    "textarea": Kind.LONG_TEXT,
}

SECRETS = frozenset({"password", "passwd", "secret", "passphrase", "otp"})
SECRET_ENDINGS = ("api key", "secret key", "private key", "access token", "refresh token", "client secret")
CODES = frozenset(
    {"id", "uuid", "guid", "slug", "sku", "isbn", "ean", "iban", "hash", "sha", "sha256", "md5", "etag", "ip", "key"}
)
NUMBERED = frozenset(
    {"id", "year", "code", "zip", "postcode", "phone", "port", "pid", "number", "nr", "serial", "reference", "version"}
)
"""Whole numbers that name something: a separator of thousands would be wrong in them."""
COUNTED = frozenset({"total", "max", "min", "maximum", "minimum", "average", "overall"})
"""What makes a number of something out of a number that names it: `total_number`."""
UNITS = {
    **dict.fromkeys(("percent", "percentage", "pct"), Kind.PERCENT),
    **dict.fromkeys(("seconds", "secs", "sec"), Kind.SECONDS),
    **dict.fromkeys(("ms", "msec", "millis", "milliseconds"), Kind.MILLISECONDS),
}
"""Units that end a number's name."""
INSTANTS = frozenset({"timestamp", "epoch", "unix", "at", "date"})
"""Words that make seconds a point in time."""
PHONES = frozenset({"phone", "mobile", "telephone", "tel", "fax", "cellphone"})
LONG_NAMES = frozenset({"body", "description", "content", "text", "bio", "summary", "notes", "markdown", "html"})
IMAGES = frozenset({"avatar", "image", "thumbnail", "photo", "picture", "logo", "icon", "cover", "banner"})
IMAGE_FILE = re.compile(r"\.(png|jpe?g|gif|webp|avif|svg)([?#]|$)", re.IGNORECASE)
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


SETTLING = frozenset({bool, int, float, NoneType})
"""Types of values that are nothing but themselves."""
TEXTS = frozenset({str, NoneType})
SIGNED = re.compile(r"https?://|#|\d{4}-\d\d-\d\d|[^@]*@|[+-]?P[\dT]", re.IGNORECASE | re.ASCII)
"""How texts begin that may be something else; UUIDs have one of two lengths."""
UUID_LENGTHS = (32, 36)
DECIMAL = r"^(?!^[-+.]*$)[+-]?0*"
"""How pydantic's patterns of decimals begin, which it writes as texts so that they keep every digit."""


class ValueSchema(Protocol):
    """The part of a schema that tells kinds apart."""

    @property
    def type(self) -> str | None: ...
    @property
    def format(self) -> str | None: ...
    @property
    def enum(self) -> Sequence[Any]: ...
    @property
    def write_only(self) -> bool: ...
    @property
    def pattern(self) -> str | None: ...
    @property
    def max_length(self) -> int | None: ...
    @property
    def items(self) -> "ValueSchema | None": ...


def kind_of(name: str, schema: ValueSchema | None = None, samples: Iterable[Any] = ()) -> Kind:
    """
    How to show a field's values.

    `samples` are some of its values. A schema's word on the type counts for more than they do, unless they belie it.
    """
    if is_withheld(schema) or names_secret(name):
        return Kind.SECRET
    seen = [sample for sample in islice(samples, MOST_SAMPLES) if sample is not None]
    words = _words(name)
    type_name = _type_of(schema, seen)
    if schema is not None and schema.enum and type_name in ("string", "integer", "number"):
        return Kind.ENUM
    match type_name:
        case "boolean":
            return Kind.BOOLEAN
        case "integer":
            return _whole_number(words)
        case "number":
            return _measure(words) or Kind.NUMBER
        case "array":
            return _list(schema, seen)
        case "object":
            return Kind.JSON
        case "string":
            return _string(words, schema, seen)
        case _:
            return Kind.TEXT


def is_settled(kind: Kind, schema: ValueSchema | None, types: AbstractSet[type], glance: str | None = None) -> bool:
    """Whether any other values of these types, that look the same at a `glance`, would be of that kind as well."""
    if kind in (Kind.SECRET, Kind.ENUM) or SETTLING.issuperset(types):
        return True
    if glance is not None:
        return kind not in (Kind.URL, Kind.IMAGE)
    declared = FORMATS.get(schema.format or "", Kind.URL) if schema is not None else Kind.URL
    return kind is declared is not Kind.URL and kind is not Kind.LONG_TEXT and TEXTS.issuperset(types)


def glance_at(name: str, values: Iterable[str | None]) -> str | None:
    """
    All that texts of that name tell of their kind, where they are plain: whether they fit into a cell.

    None where it takes a closer look.
    """
    texts = [each for each in values if each]
    if not texts:
        return "empty"
    # What the first isn't, not all of them are.
    if SIGNED.match(texts[0]) or len(texts[0]) in UUID_LENGTHS or _is_phone_name(_words(name)):
        return None
    return "long" if max(map(len, texts)) > LONG or "\n" in "".join(texts) else "short"


def is_withheld(schema: ValueSchema | None) -> bool:
    """Whether a schema says that its values are not for showing."""
    return schema is not None and (schema.write_only or schema.format == "password")


@remembered
def names_secret(name: str) -> bool:
    """Whether a field of that name holds a secret: `otp`, `stripe_api_key`."""
    words = _words(name)
    return bool(words) and (words[-1] in SECRETS or " ".join(words).endswith(SECRET_ENDINGS))


@remembered
def _words(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in WORD.findall(name))


def _type_of(schema: ValueSchema | None, seen: list[Any]) -> str | None:
    found = json_types(seen)
    if found == {"integer", "number"}:
        found = {"number"}
    declared = schema.type if schema is not None else None
    if len(found) == 1:
        (only,) = found
        return declared if declared == "number" and only == "integer" else only
    return None if found else declared


def _is_size(words: tuple[str, ...]) -> bool:
    return bool(words) and (words[-1] in ("bytes", "filesize") or words[-2:] == ("file", "size") or words == ("size",))


def _is_moment(words: tuple[str, ...]) -> bool:
    return bool(words) and words[-1] in ("at", "timestamp", "datetime", "on")


def _whole_number(words: tuple[str, ...]) -> Kind:
    if words and words[-1] in NUMBERED and COUNTED.isdisjoint(words):
        return Kind.CODE
    return _measure(words) or Kind.INTEGER


def _measure(words: tuple[str, ...]) -> Kind | None:
    """What a number measures, where its name tells the unit."""
    if _is_size(words):
        return Kind.BYTES
    if not words or not INSTANTS.isdisjoint(words):
        return None
    return Kind.SECONDS if words[-2:] == ("expires", "in") else UNITS.get(words[-1])


def _list(schema: ValueSchema | None, seen: list[Any]) -> Kind:
    types = json_types(item for value in seen for item in islice(value, MOST_SAMPLES))
    declared = schema.items.type if schema is not None and schema.items is not None else None
    nested = types & {"object", "array"} if types else declared in ("object", "array")
    return Kind.JSON if nested else Kind.LIST


def _string(words: tuple[str, ...], schema: ValueSchema | None, seen: list[Any]) -> Kind:
    declared = FORMATS.get(schema.format or "") if schema is not None else None
    if declared is not None and declared is not Kind.URL:
        return declared
    if schema is not None and (schema.pattern or "").startswith(DECIMAL):
        return Kind.NUMBER
    texts = [each for each in seen if isinstance(each, str)]
    if declared is Kind.URL:
        return Kind.IMAGE if _is_image(words, texts) else Kind.URL
    return next(_signs(words, schema, [each for each in texts if each]), Kind.TEXT)


def _signs(words: tuple[str, ...], schema: ValueSchema | None, seen: list[str]) -> Iterator[Kind]:
    """The kinds that fit, the surest first."""
    last = words[-1] if words else ""
    if seen:
        yield from _signs_in_values(words, seen)
    elif _is_moment(words) and last != "on":
        yield Kind.DATETIME
    if last == "email":
        yield Kind.EMAIL
    if _is_phone_name(words) and all(is_phone(each) for each in seen):
        yield Kind.PHONE
    if last in CODES:
        yield Kind.CODE
    if last in LONG_NAMES or max(map(len, seen), default=0) > LONG or "\n" in "".join(seen):
        yield Kind.LONG_TEXT
    if schema is not None and (schema.max_length or 0) > 500:
        yield Kind.LONG_TEXT


def _is_phone_name(words: tuple[str, ...]) -> bool:
    return words[-1:] != () and (words[-1] in PHONES or words[-2:] == ("phone", "number"))


def _signs_in_values(words: tuple[str, ...], seen: list[str]) -> Iterator[Kind]:
    first = seen[0]
    for fits, kind in SIGNS:
        # Most are ruled out by the first.
        if fits(first) and all(map(fits, seen)):
            yield Kind.IMAGE if kind is Kind.URL and _is_image(words, seen) else kind


_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATETIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", re.ASCII)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def _is_image(words: tuple[str, ...], seen: list[str]) -> bool:
    named = any(word in IMAGES for word in words)
    return named or (bool(seen) and all(IMAGE_FILE.search(each) for each in seen))


def _is_uuid(value: str) -> bool:
    if len(value) not in UUID_LENGTHS:
        return False
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _is_date(value: str) -> bool:
    return _DATE.fullmatch(value) is not None and moment(value) is not None


def _is_datetime(value: str) -> bool:
    return _DATETIME.match(value) is not None and moment(value) is not None


def _is_address(value: str) -> bool:
    return "@" in value and _EMAIL.fullmatch(value) is not None


SIGNS: Sequence[tuple[Callable[[str], bool], Kind]] = (
    (is_web_link, Kind.URL),
    (is_hex_color, Kind.COLOR),
    (_is_date, Kind.DATE),
    (_is_datetime, Kind.DATETIME),
    (_is_address, Kind.EMAIL),
    (_is_uuid, Kind.CODE),
    (is_duration, Kind.DURATION),
)
"""What texts look like that are no plain texts, the surest sign first."""
