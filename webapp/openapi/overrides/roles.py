"""Gives a resource other operations to read, make, change and remove its items with."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from webapp.openapi.overrides.values import OFF, Nothing, ResourceOverride
from webapp.openapi.schema import Schema
from webapp.openapi.shapes import flat_row, item_place, schema_at
from webapp.openapi.site import Operation, Resource, Site

ROLES = {"item": "GET", "create": "POST", "update": "PATCH", "delete": "DELETE"}
"""How each is asked for where nobody says."""


def meant(told: str, method: str) -> tuple[str, str]:
    """Method and path of an operation that is written `PUT /a/{id}`, or `/a/{id}` for the usual method."""
    given, _, path = told.rpartition(" ")
    return given or method, path


def find(operations: Sequence[Operation], method: str, path: str) -> Operation | None:
    """The operation of that method and path."""
    return next((each for each in operations if (each.method, each.path) == (method, path)), None)


def with_roles(site: Site, name: str, said: ResourceOverride) -> Site:
    """
    The site with the operations that one of its resources is said to have.

    What one of them takes the place of is done to the resource all the same, and what takes it is nowhere else.
    """
    for role, method in ROLES.items():
        told: str | Nothing | None = getattr(said, role)
        resource = next((each for each in site.resources if each.name == name), None)
        if told is None or resource is None:
            continue
        before: Operation | None = getattr(resource, role)
        after = None if told is OFF else find(site.operations, *meant(told, method))
        same = before is not None and told is not OFF and meant(told, method) == (before.method, before.path)
        if not same and (told is OFF or after is not None):
            site = _exchanged(site, resource, role, after)
    return site


def _exchanged(site: Site, resource: Resource, role: str, after: Operation | None) -> Site:
    before: Operation | None = getattr(resource, role)
    resources = []
    for each in site.resources:
        if after is not None:
            each = replace(each, actions=_without(each.actions, after), views=_without(each.views, after))
        if each.name == resource.name:
            each = _given(each, role, after, before)
        resources.append(each)
    views = site.views if after is None else _without(site.views, after)
    if before is not None and before.method == "GET" and not before.path_parameters:
        views = (*views, before)
    return replace(site, resources=tuple(resources), views=views)


def _given(resource: Resource, role: str, after: Operation | None, before: Operation | None) -> Resource:
    actions, views = resource.actions, resource.views
    if before is not None and before.method != "GET":
        actions = (*actions, before)
    elif before is not None and before.path_parameters:
        views = (*views, before)
    changes: dict[str, Any] = {role: after}
    resource = replace(resource, actions=actions, views=views, **changes)
    return replace(resource, item_schema=_schema(after)) if role == "item" else resource


def _schema(item: Operation | None) -> Schema | None:
    if item is None or item.answer is None:
        return None
    thing = schema_at(item.answer, item_place(item.answer)) or item.answer
    return flat_row(thing) if thing.properties else None


def _without(operations: tuple[Operation, ...], one: Operation) -> tuple[Operation, ...]:
    return tuple(each for each in operations if each.name != one.name)
