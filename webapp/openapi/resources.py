"""
Makes the resources of a site, and everything else that can be seen or done.

Each operation is claimed once: by the resource whose list, item or change it is, else by the one it is nearest to.
A GET that no resource claims is a view.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from webapp.openapi.base import Base, base_of
from webapp.openapi.document import Document
from webapp.openapi.entries import with_headings
from webapp.openapi.fields import id_field, is_title, title_field
from webapp.openapi.labels import normal, singular
from webapp.openapi.naming import Key, derived_tags, distinct_labels, key_of, label_of, name_of, unique
from webapp.openapi.operations import read_operations
from webapp.openapi.pairing import Candidate, Index, candidates
from webapp.openapi.posted import inputs_of
from webapp.openapi.query import read_query
from webapp.openapi.relations import relations, reverses
from webapp.openapi.schema import Schema
from webapp.openapi.security import credential_parameters, read_accounts
from webapp.openapi.shapes import flat_row, item_place, schema_at
from webapp.openapi.site import Operation, Resource, Site

SURE = 9
"""The evidence beyond which nothing more is to be said."""
RENAMED = {"POST": ("create", "add", "new"), "PATCH": ("update", "edit"), "DELETE": ("delete", "remove")}
"""How an API that says in its paths what is done calls what others do by method."""


def build_site(document: Document, *, base_url: str | None = None) -> Site:
    """
    The site that a document describes.

    `base_url` is what the client will put before every path; without it, it is what the document says.
    """
    base = base_of(document, base_url)
    operations = _tagged(_moved(document, base))
    keys = frozenset(name for place, name in credential_parameters(document) if place == "query")
    finder = _Finder(operations, keys)
    resources = finder.resources()
    site = Site(
        title=document.title,
        description=document.description,
        version=document.api_version,
        resources=resources,
        views=finder.views(),
        rest=finder.rest(),
        credentials=keys,
        operations=operations,
        accounts=read_accounts(document, operations, base),
        base_url=base.url,
        problems=tuple(document.problems),
    )
    return with_headings(site)


def _moved(document: Document, base: Base) -> tuple[Operation, ...]:
    """The operations, with paths as the client needs them; those it can't reach are noted and left out."""
    moved = []
    credentials = credential_parameters(document)
    for each in read_operations(document):
        operation = _without(each, credentials) if credentials else each
        path = base.path(operation.path)
        if path is None:
            document.problems.append(f"{operation.method} {operation.path} lies outside of {base.url}.")
        else:
            moved.append(operation if path == operation.path else replace(operation, path=path))
    return tuple(moved)


def _without(operation: Operation, credentials: frozenset[tuple[str, str]]) -> Operation:
    """The operation without the keys that whoever is signed in sends along with every call."""
    kept = tuple(each for each in operation.parameters if (each.location, each.name.lower()) not in credentials)
    return operation if len(kept) == len(operation.parameters) else replace(operation, parameters=kept)


def _tagged(operations: tuple[Operation, ...]) -> tuple[Operation, ...]:
    tags = derived_tags(operations)
    return tuple(replace(each, tags=tags[each.name]) if each.name in tags else each for each in operations)


class _Finder:
    """Sorts operations into resources."""

    def __init__(self, operations: Sequence[Operation], keys: frozenset[str]) -> None:
        self._operations = operations
        self._keys_in_queries = keys
        self._index = Index(operations)
        self._claimed: set[str] = set()
        self._keys: dict[str, Key] = {}
        """What each resource is named after."""
        self._things = {normal(singular(part)) for key in self._index for part in key}

    def resources(self) -> tuple[Resource, ...]:
        """All resources, in the order of the document."""
        owners: dict[Key, Resource] = {}
        for candidate in candidates(self._index):
            resource = self._resource(candidate)
            self._keys[resource.name] = candidate.named_after
            owners[candidate.item_key or candidate.key] = resource
        owners = self._with_parents(owners)
        owners = self._with_the_rest(owners)
        place = {operation.name: at for at, operation in enumerate(self._operations)}
        found = sorted(owners.values(), key=lambda each: place[_main(each).name])
        labelled = _with_items(self._with_labels(found))
        related = relations(labelled)
        found = [replace(each, relations=fields) for each, fields in zip(labelled, related, strict=True)]
        shown = reverses(found)
        return tuple(replace(each, shown_by=shown.get(each.name, ())) for each in found)

    def views(self) -> tuple[Operation, ...]:
        """GETs that can be opened as they are and belong to no resource."""
        return tuple(
            each
            for each in self._operations
            if each.method == "GET" and not each.path_parameters and each.name not in self._claimed
        )

    def rest(self) -> tuple[Operation, ...]:
        """Whatever is left."""
        taken = self._claimed | {each.name for each in self.views()}
        return tuple(each for each in self._operations if each.name not in taken)

    def _resource(self, found: Candidate) -> Resource:
        item_key = found.item_key or (None if found.list else found.key)
        item = self._index.get_item(item_key) if found.item_key else self._index.get(item_key, "GET")
        update = (
            self._index.get(item_key, "PATCH") or self._index.get(item_key, "PUT") or self._renamed(item_key, "PATCH")
        )
        if update is None and found.item_key is not None:
            update = self._index.get(item_key, "POST")
        delete = self._index.get(item_key, "DELETE") or self._renamed(item_key, "DELETE")
        create = None
        if found.item_key is not None or found.list is not None:
            create = self._index.get(found.key, "POST") if found.list is None or found.list.method == "GET" else None
            create = create or self._renamed(found.named_after, "POST") or self._index.get(found.named_after, "POST")
        self._claim(found.list, item, update, delete, create)

        label, one = label_of(found.named_after, many=bool(found.list or found.item_key))
        resource = Resource(
            name=unique(name_of(found.named_after), self._keys),
            label=label,
            singular=one,
            tag=(found.list or item or self._operations[0]).tags[0],
            path=found.path or _above(item, found),
            list=found.list,
            item=item,
            create=create,
            update=update,
            delete=delete,
            credentials=self._keys_in_queries,
            confidence=min(found.score, SURE) / SURE,
        )
        return self._described(resource, found)

    def _renamed(self, key: Key | None, method: str) -> Operation | None:
        """`POST /users/create`, `POST /users/{id}/delete`."""
        if key is None:
            return None
        found = (self._index.get((*key, word), each) for word in RENAMED[method] for each in ("POST", method, "PUT"))
        return next((each for each in found if each is not None), None)

    def _claim(self, *operations: Operation | None) -> None:
        self._claimed.update(each.name for each in operations if each is not None)

    def _described(self, resource: Resource, found: Candidate) -> Resource:
        """The resource with what its schemas and parameters tell."""
        row = _row_schema(found)
        item = _item_schema(resource) or row
        fields = (row or item or Schema()).properties
        variables = next(
            (each.path_parameters for each in (resource.item, resource.update, resource.delete) if each), ()
        )
        parameter = variables[-1] if variables and found.item_key else None
        key = id_field(parameter, fields, resource.singular, variables[:-1] if parameter else variables)
        inputs = inputs_of(resource.list) if resource.list else ()
        query = read_query(inputs, fields)
        return replace(
            resource,
            row_schema=row,
            item_schema=item,
            items_path=found.place.path if found.place else None,
            id_field=key,
            title_field=title_field(fields, resource.singular, lambda name: is_title(fields[name]), self._things),
            paging=query.paging,
            sorting=query.sorting,
            search=query.search,
            filters=query.filters,
        )

    def _with_parents(self, owners: Mapping[Key, Resource]) -> dict[Key, Resource]:
        found = {}
        for key, resource in owners.items():
            above = _nearest(key_of(resource.path), owners, proper=True) if "{" in resource.path else None
            parent = owners[above].name if above and "{}" in above[-1] else None
            found[key] = replace(resource, parent=parent)
        return found

    def _with_the_rest(self, owners: dict[Key, Resource]) -> dict[Key, Resource]:
        """The resources with whatever else is done to them, or seen below one of their items."""
        places = {**{key_of(each.path): key for key, each in owners.items()}, **{key: key for key in owners}}
        actions: dict[Key, list[Operation]] = {}
        views: dict[Key, list[Operation]] = {}
        for operation in self._operations:
            near = None if operation.name in self._claimed else _nearest(key_of(operation.path), places)
            if near is None:
                continue
            if operation.method != "GET":
                actions.setdefault(places[near], []).append(operation)
            elif operation.path_parameters:
                views.setdefault(places[near], []).append(operation)
            else:
                continue
            self._claim(operation)
        return {
            key: replace(each, actions=tuple(actions.get(key, ())), views=tuple(views.get(key, ())))
            for key, each in owners.items()
        }

    def _with_labels(self, resources: Sequence[Resource]) -> list[Resource]:
        """Labels that differ, but for those of nested resources, which are seen below their parents."""
        labels = {each.name: each.label for each in resources if each.parent is None}
        distinct = distinct_labels(self._keys, labels)
        return [replace(each, label=distinct.get(each.name, each.label)) for each in resources]


def _with_items(resources: Sequence[Resource]) -> list[Resource]:
    """
    The resources, the rows of lists without items leading to their pages elsewhere: a project's tasks to `/tasks/{id}`.

    They are the same things if they have the same schema, by name.
    """
    items: dict[str, list[Operation]] = {}
    for each in resources:
        if each.item and len(each.item.path_parameters) == 1:
            for name in {_name(each.row_schema), _name(each.item_schema)} - {None}:
                items.setdefault(str(name), []).append(each.item)
    return [replace(each, **_item_elsewhere(each, items)) for each in resources]


def _item_elsewhere(nested: Resource, known: Mapping[str, list[Operation]]) -> dict[str, Any]:
    schema = nested.row_schema
    items = known.get(schema.name, []) if schema and schema.name else []
    if schema is None or len(items) != 1 or nested.item or nested.update or nested.delete:
        return {}
    key = id_field(items[0].path_parameters[-1], schema.properties, nested.singular)
    return {"item": items[0], "id_field": key} if key else {}


def _name(schema: Schema | None) -> str | None:
    return schema.name if schema else None


def _main(resource: Resource) -> Operation:
    """The operation that a resource stands where it stands for."""
    main = resource.list or resource.item
    assert main is not None
    return main


def _above(item: Operation | None, found: Candidate) -> str:
    """The path of a resource without a list: of a single thing its own, of items the one above them."""
    assert item is not None
    return item.path if found.item_key is None else item.path.rstrip("/").rsplit("/", 1)[0]


def _row_schema(found: Candidate) -> Schema | None:
    if found.list is None or found.list.answer is None or found.place is None:
        return None
    rows = schema_at(found.list.answer, found.place.path)
    items = rows.items if rows is not None else None
    return flat_row(items) if items is not None else None


def _item_schema(resource: Resource) -> Schema | None:
    if resource.item is None or resource.item.answer is None:
        return None
    answer = resource.item.answer
    thing = schema_at(answer, item_place(answer)) or answer
    return flat_row(thing) if thing.properties else None


def _nearest(key: Key, places: Mapping[Key, object], *, proper: bool = False) -> Key | None:
    """The longest of the places that the path begins with."""
    for length in range(len(key) - proper, 0, -1):
        if key[:length] in places:
            return key[:length]
    return None
