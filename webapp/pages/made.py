"""The page of what an operation has just made, told from its answer."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from webapp.client import APIClient, Reply
from webapp.openapi.fields import id_field
from webapp.openapi.listing import read_item
from webapp.openapi.site import Match, MatchKind, Resource
from webapp.pages.actions import is_below
from webapp.pages.tasks import Role, Task


def made_by(task: Task, reply: Reply) -> Match | None:
    """The page of the new item: where Location leads, else where the id in the answer does; None where neither does."""
    if task.operation.method not in ("POST", "PUT"):
        return None
    told = _at_location(task, reply)
    if told is not None and told.kind is MatchKind.ITEM:
        return told
    here = task.page.path if task.page is not None else None
    for resource in _makeable(task):
        item = read_item(resource, reply.data)
        found = None if _is_what_it_was_done_to(task, resource, item) else _page_of(task, resource, item)
        if found is not None and found.path != here:
            return found
    return told


def api_path_of(address: str, api: APIClient) -> str:
    """A path of the API as its answers name it: with the API's own address before it, or without."""
    path = urlsplit(address).path
    prefix = urlsplit(api.base_url).path
    return path.removeprefix(prefix) if prefix and path.startswith(f"{prefix}/") else path


def _at_location(task: Task, reply: Reply) -> Match | None:
    location = reply.headers.get("location", "")
    if not location or reply.status == 202:
        return None
    try:
        return task.routes.match(api_path_of(location, task.request.state.api))
    except ValueError:
        return None


def _makeable(task: Task) -> Iterator[Resource]:
    """The resources whose item an answer may be: the one it is to create, else those of just this kind."""
    if task.role is Role.CREATE and task.resource is not None:
        yield task.resource
    kind = task.operation.answer.name if task.operation.answer is not None else None
    if kind is not None and task.role is Role.ACTION:
        for each in task.routes.site.resources:
            if each.item_schema is not None and each.item_schema.name == kind:
                yield each


def _is_what_it_was_done_to(task: Task, resource: Resource, item: Any) -> bool:
    """Whether an item isn't new but was there, for an operation that goes by its id where its page goes by a slug."""
    if resource.item is None or not is_below(task.operation, resource.item) or not isinstance(item, Mapping):
        return False
    return str(item.get("id")) in task.known.values()


def _page_of(task: Task, resource: Resource, item: Any) -> Match | None:
    if resource.item is None or not isinstance(item, Mapping) or not resource.item.path_parameters:
        return None
    *above, own = resource.item.path_parameters
    key = resource.id_field or id_field(own, list(item), resource.singular, above)
    value = item.get(key) if key else None
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    known = list(task.known.values())
    values = {
        name: task.known.get(name, item.get(name, known[at] if at < len(known) else ""))
        for at, name in enumerate(above)
    }
    path = Task.filled(resource.item, {**values, own: value})
    return task.routes.match(path) if path else None
