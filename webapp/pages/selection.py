"""What can be done to several rows of a list at once, and how an item is named for it."""

import re
from collections.abc import Iterator

from webapp.client.paths import fill_path
from webapp.errors import UnsafePath
from webapp.html.context.editing import BulkAction, BulkBar
from webapp.openapi.routes import Routes
from webapp.openapi.site import Match, Operation, Resource
from webapp.pages.undo import needs_input

MOST_ACTIONS = 8
VARIABLE = re.compile(r"\{[^{}]*\}")
IN_BULK = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def bulk_bar(routes: Routes, match: Match, resource: Resource, *, back: str) -> BulkBar | None:
    """What a list offers for the rows that one selects; None where there is nothing."""
    actions = routes.planned(_bulk_actions, resource)
    return BulkBar(actions, tuple(match.path_params.values()), back) if actions else None


def _bulk_actions(routes: Routes, resource: Resource) -> tuple[BulkAction, ...]:
    return tuple(
        BulkAction(each.slug, each.label, danger=each.method == "DELETE") for each in bulk_operations(routes, resource)
    )


def bulk_operations(routes: Routes, resource: Resource) -> tuple[Operation, ...]:
    """The operations that want nothing but to be told which item; deleting comes last."""
    owner = _owner(routes, resource)
    item = owner.item or owner.delete
    if item is None or not item.path_parameters:
        return ()
    place = _shape(item)
    offered = [each for each in owner.actions if _is_done_to(each, place)]
    deleting = [owner.delete] if owner.delete and not needs_input(owner.delete) else []
    return (*offered[:MOST_ACTIONS], *deleting)


def path_of(operation: Operation, above: tuple[str, ...], key: str) -> str | None:
    """The path of an operation on the item of that key, below the things of `above`; None where it has none."""
    *names, last = operation.path_parameters
    if len(names) > len(above):
        return None
    try:
        return fill_path(operation.path, {**dict(zip(names, above, strict=False)), last: key})
    except UnsafePath:
        return None


def _owner(routes: Routes, resource: Resource) -> Resource:
    """The resource whose items the rows are: a project's issues are issues."""
    if resource.item is None or resource.delete is not None or resource.actions:
        return resource
    owners: Iterator[Resource] = (
        each for each in routes.site.resources if each.item is resource.item and (each.delete or each.actions)
    )
    return next(owners, resource)


def _is_done_to(operation: Operation, place: str) -> bool:
    """Whether it is something done to an item as a whole: `POST /issues/{id}/close`."""
    before, _, doing = _shape(operation).rpartition("/")
    if before != place or "{" in doing or operation.deprecated or operation.method not in IN_BULK:
        return False
    if operation.method != "POST" and operation.bodies:
        return False  # it changes a part of the item, and has to be told to what
    return operation.method != "DELETE" and not needs_input(operation)


def _shape(operation: Operation) -> str:
    return VARIABLE.sub("{}", operation.path).rstrip("/")
