"""Which fields hold the id of another resource."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from webapp.openapi.labels import normal, singular, wordlist, words
from webapp.openapi.schema import Schema
from webapp.openapi.site import Resource

KEYS = frozenset({"id", "ids", "uuid", "uuids", "guid", "gid", "slug", "key", "code", "pk"})
ROLES = frozenset(
    wordlist("""
    created updated modified changed deleted edited added assigned approved requested reviewed reported uploaded invited
    closed resolved by owner author creator editor assignee reporter reviewer requester approver manager sender receiver
    recipient parent child source target from to origin destination primary secondary main default previous next last
    first current new old original related linked own external internal root head lead uploader
    """)
)
"""Words before a thing's name that say what it is to this one, rather than naming another thing."""
PEOPLE = frozenset(
    wordlist("""
    approver assignee author by creator editor lead manager reporter requester reviewer uploader
    """)
)
"""Words that a field's name may end with instead of naming people as the API does: `assignee_id`, `created_by_id`."""
SAME_KEYS = {"ids": "id", "uuid": "id", "uuids": "id", "guid": "id", "gid": "id", "pk": "id"}


def relations(resources: Sequence[Resource]) -> list[dict[str, str]]:
    """For each resource, the fields that point to an item of another, with its name; only where one alone fits."""
    targets = _targets(resources)
    return [_relations_of(resource, targets) for resource in resources]


def reverses(resources: Sequence[Resource]) -> dict[str, tuple[tuple[str, str], ...]]:
    """
    For each resource, by name, the lists that can be narrowed to what belongs to one of its items.

    `books` with the filter `author_id` are an author's books. Where two filters of a list mean the same resource,
    neither is taken: the books that somebody wrote and those that somebody lent are not one list.
    """
    targets = Targets(resources)
    found: dict[str, list[tuple[str, str]]] = {}
    for each in resources:
        if each.list is None or "{" in each.path:
            continue
        meant: dict[str, list[str]] = {}
        for parameter in each.filters:
            target = targets.of_field(parameter.name, parameter.schema, each)
            if target is not None and target.name != each.name:
                meant.setdefault(target.name, []).append(parameter.name)
        for name, filters in meant.items():
            if len(filters) == 1 and not _is_listed_below(each, name, resources):
                found.setdefault(name, []).append((each.name, filters[0]))
    return {name: tuple(lists) for name, lists in found.items()}


def _is_listed_below(listed: Resource, owner: str, resources: Sequence[Resource]) -> bool:
    """Whether the same things have a list below an item of the owner: `/authors/{id}/books` beside `/books`."""
    rows = listed.row_schema.name if listed.row_schema else None
    below = (each for each in resources if each.parent == owner and each.list is not None)
    return any(
        each.label == listed.label
        or (rows is not None and each.row_schema is not None and each.row_schema.name == rows)
        for each in below
    )


class Targets:
    """What fields of any schema may refer to, in a site of these resources."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self._resources = resources
        self._targets = _targets(resources)

    def of_field(self, name: str, schema: Schema, resource: Resource | None = None) -> Resource | None:
        """The resource whose item's id a field holds; `resource` is the one that the field belongs to, if any."""
        known = self.by_name(resource.relations.get(name)) if resource is not None else None
        return known or _target(name, schema, resource or NOBODY, self._targets)

    def of_variable(self, path: str, name: str) -> Resource | None:
        """The resource whose item's id a variable of a path is: the one whose items' paths end with it."""
        before = path.partition("{" + name + "}")[0] + "{" + name + "}"
        fitting = [each for each in self._resources if each.item is not None and _same_path(each.item.path, before)]
        return fitting[0] if len(fitting) == 1 and fitting[0].list is not None else None

    def by_name(self, name: str | None) -> Resource | None:
        """The resource of that name."""
        return next((each for each in self._resources if each.name == name), None) if name else None


NOBODY = Resource("", "", "", "", "")


def _same_path(one: str, other: str) -> bool:
    """Whether two paths are the same, whatever their variables are called."""
    return VARIABLE.sub("{}", one.rstrip("/")) == VARIABLE.sub("{}", other.rstrip("/"))


VARIABLE = re.compile(r"\{[^{}]*\}")


def _relations_of(resource: Resource, targets: Mapping[str, list[Resource]]) -> dict[str, str]:
    schema = resource.item_schema or resource.row_schema
    if schema is None:
        return {}
    shown = {**schema.properties, **(resource.row_schema.properties if resource.row_schema else {})}
    found = {}
    for name, each in shown.items():
        target = _target(name, each, resource, targets)
        if target is not None:
            found[name] = target.name
    return found


def _targets(resources: Sequence[Resource]) -> dict[str, list[Resource]]:
    """The resources whose items can be opened by one value, by what one is called."""
    targets: dict[str, list[Resource]] = {}
    openable = [resource for resource in resources if _opens_by_one_value(resource)]
    sharing = Counter(resource.tag for resource in openable)
    for resource in openable:
        for called in _names(resource, alone=sharing[resource.tag] == 1):
            targets.setdefault(called, []).append(resource)
    return targets


def _opens_by_one_value(resource: Resource) -> bool:
    """Whether its items, and not only another's that its rows lead to, can be opened by their id alone."""
    item = resource.item
    if item is None or len(item.path_parameters) != 1:
        return False
    return resource.parent is None or item.path.startswith(resource.path)


def _names(resource: Resource, *, alone: bool) -> set[str]:
    """What a field may call a resource: by its label, its path, or a heading that it has to itself."""
    names = [resource.singular, resource.path.rsplit("/", 1)[-1], *words(resource.singular)[-1:]]
    if alone:
        names.append(resource.tag)
    return {singular(normal(name)) for name in names}


def _target(name: str, schema: Schema, resource: Resource, targets: Mapping[str, list[Resource]]) -> Resource | None:
    thing, key = _split(name)
    own = name == resource.id_field and (key is None or resource.item is not None)
    if own or not thing or schema.is_object:
        return None
    if key is None and not (schema.type == "integer" or schema.format == "uuid"):
        return None
    for length in range(len(thing)):
        if not ROLES.issuperset(thing[:length]):
            return None
        # `created_by_user_id` is a user, as is `user_id`; the longest name that fits is meant.
        fitting = [
            each for each in targets.get(singular(normal("".join(thing[length:]))), ()) if _fits(key, schema, each)
        ]
        if fitting:
            return fitting[0] if len(fitting) == 1 and not _is_own(length, resource, fitting[0]) else None
    return _person(thing, key, schema, targets)


def _person(
    thing: list[str], key: str | None, schema: Schema, targets: Mapping[str, list[Resource]]
) -> Resource | None:
    """The users, where a field can only mean one of them and the API has one list of them."""
    if key is None or thing[-1] not in PEOPLE or not ROLES.issuperset(thing):
        return None
    fitting = [each for each in targets.get("user", ()) if _fits(key, schema, each)]
    return fitting[0] if len(fitting) == 1 else None


def _split(name: str) -> tuple[list[str], str | None]:
    """`author_id` is an author by its id; `idBoard` too; `author` is an author by whatever it holds."""
    parts = [part.lower() for part in words(name)]
    if len(parts) > 1 and parts[-1] in KEYS:
        return parts[:-1], SAME_KEYS.get(parts[-1], parts[-1])
    if len(parts) > 1 and parts[0] in ("id", "ids"):
        return parts[1:], "id"
    return parts, None


def _fits(key: str | None, schema: Schema, target: Resource) -> bool:
    opened_by = normal(target.id_field or "id")
    by_id = opened_by.endswith(("id", "pk")) or opened_by in SAME_KEYS
    if key is not None and key != "id" and not opened_by.endswith(key):
        return False
    if (key is None or key == "id") and not by_id:
        return False
    return _same_type(schema, _key_schema(target))


def _key_schema(target: Resource) -> Schema | None:
    properties = (target.row_schema or target.item_schema or Schema()).properties
    if target.id_field is not None and target.id_field in properties:
        return properties[target.id_field]
    variables = target.item.parameters if target.item else ()
    return next((each.schema for each in variables if each.location == "path"), None)


def _same_type(schema: Schema, key: Schema | None) -> bool:
    if schema.is_array:
        schema = schema.items or Schema()
    if key is None or not schema.types or not key.types:
        return True
    return not set(schema.types).isdisjoint(key.types)


def _is_own(skipped: int, resource: Resource, target: Resource) -> bool:
    """A user's `user_id` is the user; a user's `manager_user_id` is another."""
    return target.name == resource.name and skipped == 0
