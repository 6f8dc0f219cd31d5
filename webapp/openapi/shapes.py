"""
Where in an answer its rows lie: at its root, under `data`, under `_embedded.orders` ...

The same rules find rows in a schema and in an answer itself; both are shown to them as `Node`s.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from webapp.openapi.jsontypes import is_object
from webapp.openapi.labels import normal, wordlist, words
from webapp.openapi.schema import Schema
from webapp.record import record

WRAPPERS = wordlist("""
    data results items records rows entries values value content list objects result hits edges member members
    hydramember elements resources collection docs documents
""")
CONTAINERS = ("embedded", "data", "result", "results", "response", "payload", "body", "content", "d", "hits", "list")
META = frozenset(
    wordlist("""
    total count num number has is next prev previous page pages pagination paging paginator per limit offset cursor
    cursors link links meta metadata size first last max success status message code error errors warning warnings
    object type kind url self href took sort order query filter filters info version timestamp time date request more
    empty etag odata facets aggregations included jsonapi context copyright license ok current from to params options
    pagesize perpage totalcount hasmore took skip
    """)
)
"""First words of members that tell about an answer rather than being part of it."""
META_LISTS = frozenset(wordlist("links errors warnings included facets aggregations messages meta filters"))
DEEPEST = 2


class Kind(StrEnum):
    """What a node is, as far as finding rows goes."""

    ROWS = "rows"
    """A list of objects, or of who knows what."""
    SCALARS = "scalars"
    OBJECT = "object"
    OTHER = "other"
    UNKNOWN = "unknown"


Look = Callable[[Any], tuple[Kind, Mapping[str, Any]]]
"""Tells what a node is, and an object's members."""


@record(frozen=True, slots=True)
class Place:
    """Where rows were found, and how sure that is: 3 a list beyond doubt, 1 an array among other things."""

    path: tuple[str, ...]
    weight: int


def rows_in_schema(schema: Schema, names: Sequence[str]) -> Place | None:
    """Where an answer of this schema holds its rows; `names` are what the list may be called in it."""
    return _locate(schema, _look_at_schema, frozenset(map(normal, names)), 0)


def rows_in_data(data: Any, names: Sequence[str] = ()) -> Place | None:
    """Where this answer holds its rows."""
    return _locate(data, _look_at_data, frozenset(map(normal, names)), 0)


def schema_at(schema: Schema, path: Sequence[str]) -> Schema | None:
    """The schema of what lies there."""
    for name in path:
        found = schema.properties.get(name)
        if found is None:
            return None
        schema = found
    return schema


def data_at(data: Any, path: Sequence[str]) -> Any:
    """What lies there; None where nothing does."""
    for name in path:
        if not is_object(data) or name not in data:
            return None
        data = data[name]
    return data


def is_not_a_list(schema: Schema) -> bool:
    """Whether the schema leaves no doubt that an answer holds no rows."""
    return (schema.is_object and bool(schema.properties)) or (schema.is_scalar and not schema.is_union)


def flat_row(row: Schema) -> Schema:
    """What a row looks like in a table: of JSON:API its id and attributes, of GraphQL the node."""
    properties = row.properties
    attributes = properties.get("attributes")
    if attributes is not None and "id" in properties and attributes.properties:
        parts = {"id": properties["id"].raw, **{name: each.raw for name, each in attributes.properties.items()}}
        return row.beside({"type": "object", "properties": parts})
    node = properties.get("node")
    return node if node is not None and set(properties) <= {"node", "cursor"} else row


def item_place(schema: Schema) -> tuple[str, ...]:
    """Where an item's answer holds the item: `("data",)` for `{"data": {...}}`."""
    wrapped = [
        name
        for name, each in schema.properties.items()
        if normal(name) in ITEM_WRAPPERS and (each.is_object or each.is_unknown)
    ]
    alone = all(name in wrapped or is_meta(name) for name in schema.properties)
    return (wrapped[0],) if len(wrapped) == 1 and alone else ()


ITEM_WRAPPERS = frozenset({"data", "result", "response", "item", "payload", "body", "record", "object"})


def is_meta(name: str) -> bool:
    """Whether a member tells about the answer rather than being part of it."""
    parts = words(name) or (name,)
    return parts[0].lower() in META or parts[-1].lower() in ("count", "total", "links", "token", "cursor")


def _locate(node: Any, look: Look, names: frozenset[str], depth: int) -> Place | None:
    kind, members = look(node)
    if kind in (Kind.ROWS, Kind.SCALARS):
        return Place((), 3 if kind is Kind.ROWS else 2)
    if kind is not Kind.OBJECT:
        return None
    kinds = {name: look(member)[0] for name, member in members.items()}
    return (
        _named(kinds, names)
        or (_contained(members, kinds, look, names, depth) if depth < DEEPEST else None)
        or _sole(kinds)
    )


def _named(kinds: Mapping[str, Kind], names: frozenset[str]) -> Place | None:
    """A list under its own name, or under one that is usual for lists."""
    own = [name for name in kinds if normal(name) in names]
    by_normal = {normal(name): name for name in kinds}
    for name in (*own, *(by_normal[name] for name in WRAPPERS if name in by_normal)):
        if kinds[name] in (Kind.ROWS, Kind.SCALARS):
            # A thing that happens to have items has more to it: an order, a cart.
            others = [other for other in kinds if other != name and not is_meta(other)]
            listed = name in own or not ("id" in kinds or len(others) > 3)
            return Place((name,), (3 if kinds[name] is Kind.ROWS else 2) if listed else 1)
    return None


def _contained(
    members: Mapping[str, Any], kinds: Mapping[str, Kind], look: Look, names: frozenset[str], depth: int
) -> Place | None:
    by_normal = {normal(name): name for name in kinds}
    for name in (by_normal[name] for name in CONTAINERS if name in by_normal):
        if kinds[name] is Kind.OBJECT:
            found = _locate(members[name], look, names, depth + 1)
            if found is not None:
                return Place((name, *found.path), found.weight)
    return None


def _sole(kinds: Mapping[str, Kind]) -> Place | None:
    """The only list of objects there is."""
    lists = [name for name, kind in kinds.items() if kind is Kind.ROWS and normal(name) not in META_LISTS]
    if len(lists) != 1:
        return None
    others = [name for name in kinds if name != lists[0] and not is_meta(name)]
    return Place((lists[0],), 3 if not others else 1)


def _look_at_schema(schema: Schema) -> tuple[Kind, Mapping[str, Any]]:
    if schema.is_array:
        items = schema.items
        return (Kind.SCALARS if items is not None and items.is_scalar else Kind.ROWS), {}
    if schema.is_object:
        return Kind.OBJECT, schema.properties
    return (Kind.UNKNOWN if schema.is_unknown else Kind.OTHER), {}


def _look_at_data(data: Any) -> tuple[Kind, Mapping[str, Any]]:
    if isinstance(data, list):
        scalars = bool(data) and not any(isinstance(each, Mapping | list) for each in data)
        return (Kind.SCALARS if scalars else Kind.ROWS), {}
    if isinstance(data, Mapping):
        return Kind.OBJECT, data
    return Kind.OTHER, {}
