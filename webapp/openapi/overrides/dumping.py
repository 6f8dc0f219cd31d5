"""
Writes down what a site is, as a file to edit: the same overrides that would make it so.

Reading the file back as it is changes nothing. Only what one would put right is in it, in the site's order.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from webapp.openapi.overrides.assumptions import assumptions_of
from webapp.openapi.overrides.roles import ROLES
from webapp.openapi.overrides.values import APIOverride
from webapp.openapi.schema import Schema
from webapp.openapi.site import Operation, Paging, Resource, SignIn, Site, Sorting

BARE = re.compile(r"[A-Za-z0-9_-]+")
SURE = 0.75
"""The confidence from which on a resource is no guess any more."""

HEAD = """\
# What webapp makes of {title}{base}.
# Change what is wrong and start with it: webapp run TARGET --config THIS_FILE
# What is left out stays as it was inferred; `false` says that there is none."""

MOST_NAMES = 12
"""Fields that a comment offers as columns."""


def dump_overrides(site: Site, *, varies: bool = False, api: APIOverride | None = None) -> str:
    """The file, in TOML. `varies` says that the document differs by who asks for it, `api` what every call carries."""
    parts = [
        HEAD.format(title=_one_line(site.title), base=f" at {site.base_url}" if site.base_url else ""),
        "\n".join(["[site]", f"title = {_value(site.title)}"]),
        *(["[document]\nvaries = true  # by who is signed in"] if varies else []),
        "\n".join(_api(api or APIOverride())),
        "\n".join(_login(site)),
        *("\n".join(_resource(each)) for each in site.resources),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _api(said: APIOverride) -> Iterator[str]:
    if said == APIOverride():
        yield "# [api]  # what writes carry though no document says so; nothing is assumed"
        yield '# write_headers = { X-Requested-With = "XMLHttpRequest" }'
        yield '# csrf = { cookie = "csrftoken", header = "X-CSRFToken" }'
        return
    yield "[api]"
    if said.write_headers:
        yield f"write_headers = {_value(said.write_headers)}"
    if said.csrf is not None:
        named = (("cookie", said.csrf.cookie), ("header", said.csrf.header), ("path", said.csrf.path))
        yield f"csrf = {_value({name: value for name, value in named if value is not None})}"
    if said.media_type is not None:
        yield f"media_type = {_value(said.media_type)}"


def _login(site: Site) -> Iterator[str]:
    accounts = site.accounts
    yield "[login]"
    for sentence in assumptions_of(site):
        yield f"# {_one_line(sentence)}"
    if accounts.code_flow is not None:
        place = accounts.code_flow.discovery or accounts.code_flow.authorization
        yield f"# Tokens come from {_one_line(place)}: WEBAPP_OIDC_CLIENT_ID lets people sign in there."
    for button in accounts.buttons:
        yield f"# Sign in with {_one_line(button.label)} by GET {_one_line(button.start)}"
    way = accounts.sign_in
    if way is None:
        yield "# The document doesn't tell how to sign in. For example:"
        yield '# kind = "json"  # form, json, basic, bearer, api_key or none'
        yield '# path = "/auth/login"'
    else:
        yield from _way(way)
    for name in ("register", "sign_out", "refresh", "me"):
        operation: Operation | None = getattr(accounts, name)
        if operation is not None:
            yield f"{name} = {_value(f'{operation.method} {operation.path}')}"


def _way(way: SignIn) -> Iterator[str]:
    kind = f"kind = {_value(way.encoding)}"
    yield f"# {kind}  # nobody says so; it may be json" if way.either else kind
    if way.is_posted:
        yield f"path = {_value(way.path)}"
        yield f"username_field = {_value(way.username_field)}"
        yield f"password_field = {_value(way.password_field)}"
        yield f"username_label = {_value(way.username_label)}"
        if way.token_field:
            yield f"token_field = {_value(way.token_field)}"
        if way.extra:
            yield f"extra = {_value(way.extra)}"
    elif way.encoding == "bearer":
        yield f"scheme = {_value(way.scheme)}"
    if len(way.keys) == 1 and not way.keys[0].hint:
        key = way.keys[0]
        yield f"key = {_value(key.name)}"
        yield f"key_in = {_value(key.place)}"
        yield f"key_label = {_value(key.label)}"


def _resource(resource: Resource) -> Iterator[str]:
    yield f"[resources.{_key(resource.name)}]"
    yield f"# {_about(resource)}"
    yield from _roles(resource)
    yield f"label = {_value(resource.label)}"
    yield f"singular = {_value(resource.singular)}"
    yield f"group = {_value(resource.tag)}"
    yield f"hidden = {_value(resource.hidden)}"
    yield from _columns(resource)
    for name, field in (("id", resource.id_field), ("title", resource.title_field)):
        if name == "id" and resource.unlinked:
            yield "id = false"
        else:
            yield f"{name} = {_value(field)}" if field else f"# {name} = …  # looked for in the answers"
    if resource.relations:
        yield f"relations = {_value(resource.relations)}"
    if resource.list is None:
        return
    if resource.items_path is not None:
        yield f"items = {_items(resource.items_path)}"
    else:
        yield "# items = …  # looked for in the answers"
    yield f"paging = {_paging(resource.paging)}"
    yield f"sorting = {_sorting(resource.sorting)}"
    yield f"search = {_value(resource.search.name) if resource.search else 'false'}"
    yield f"filters = {_value([each.name for each in resource.filters])}"


def _about(resource: Resource) -> str:
    """Where it is, and how sure that is."""
    sure = "sure" if resource.confidence >= SURE else "a guess"
    what = f"the list {resource.list.method} {resource.list.path}" if resource.list else f"{resource.path}, no list"
    return f"{_one_line(what)}. Confidence {resource.confidence:.2f}, {sure}."


def _roles(resource: Resource) -> Iterator[str]:
    for role in ROLES:
        operation: Operation | None = getattr(resource, role)
        if operation is not None:
            yield f"{role} = {_value(f'{operation.method} {operation.path}')}"


def _columns(resource: Resource) -> Iterator[str]:
    if resource.columns:
        yield f"columns = {_value(list(resource.columns))}"
        return
    names = list((resource.row_schema or resource.item_schema or Schema()).properties)
    if names:
        more = f"; there are {len(names)}" if len(names) > MOST_NAMES else ""
        yield f"# columns = {_value(names[:MOST_NAMES])}  # chosen by what they hold{more}"


def _items(path: Sequence[str]) -> str:
    plain = path and all(name and "." not in name for name in path)
    return _value(".".join(path)) if plain else _value(list(path))


def _paging(paging: Paging | None) -> str:
    if paging is None:
        return "false"
    values = {
        "style": paging.style.value,
        "position": paging.position,
        "size": paging.size,
        "default_size": paging.default_size,
        "max_size": paging.max_size,
        "first": paging.first,
    }
    return _value({name: value for name, value in values.items() if value is not None})


def _sorting(sorting: Sorting | None) -> str:
    if sorting is None:
        return "false"
    ways = {sent: f"{name} {'desc' if down else 'asc'}" for sent, (name, down) in sorting.choices.items()}
    values: dict[str, Any] = {"parameter": sorting.parameter, "choices": ways}
    if sorting.direction is not None:
        values |= {
            "direction": sorting.direction,
            "ascending": sorting.ascending,
            "descending": sorting.descending,
        }
    return _value(values)


# TOML


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    # A JSON text is one of TOML's, but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _one_line(text: str) -> str:
    """A text that ends no comment."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())
