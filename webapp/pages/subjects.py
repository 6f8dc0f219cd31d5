"""What an operation is done to, read before it is done: so that a page can name it."""

import asyncio
from collections.abc import Mapping
from typing import Any

from webapp.client import APIClient
from webapp.errors import APIError, Unauthorized, UnsafePath
from webapp.html.format import cut
from webapp.openapi.labels import plural
from webapp.openapi.listing import read_item, read_listing
from webapp.openapi.site import Match, MatchKind, Operation, Resource
from webapp.pages.masking import masked
from webapp.pages.tasks import Task
from webapp.record import record

SECONDS = 3.0
"""How long a page waits for what it can do without."""
MOST_COUNTED = 4


@record(frozen=True, slots=True)
class Subject:
    """The item that an operation is done to."""

    match: Match
    title: str
    etag: str = ""
    """The version that was read, for If-Match; empty where the API has no such thing, or a weak one."""
    item: Mapping[str, Any] | None = None

    @property
    def named(self) -> str:
        """How a sentence calls it: `project “Apollo”`."""
        noun = self.match.resource.singular if self.match.resource else "item"
        return self.title if self.title.startswith(noun) else f"{_lower_first(noun)} “{self.title}”"


async def read_subject(task: Task) -> Subject | None:
    """The item whose page an operation belongs to; None where there is none, or it can't be had."""
    match = task.page
    if match is None or match.kind is not MatchKind.ITEM or match.resource is None or not task.known:
        return None
    api: APIClient = task.request.state.api
    try:
        reply = await api.request("GET", match.api_path or match.path, timeout=SECONDS)
    except Unauthorized:
        raise
    except (APIError, UnsafePath):
        return None
    item = read_item(match.resource, reply.data)
    if not isinstance(item, Mapping):
        return None
    etag = reply.headers.get("etag", "")
    return Subject(match, item_title(match, item), "" if etag.startswith("W/") else etag, item)


def item_title(match: Match, item: Mapping[str, Any]) -> str:
    """What an item is called: its name, or `Project 42`."""
    resource = match.resource
    shown = masked(item, resource.item_schema if resource else None)
    keys = [resource.title_field] if resource and resource.title_field else []
    for key in (*keys, "name", "title", "label"):
        if isinstance(value := shown.get(key), str | int) and not isinstance(value, bool) and value != "":
            return cut(value, 80)
    return " ".join([resource.singular if resource else "Item", *list(match.path_params.values())[-1:]])


async def nested_counts(task: Task, subject: Subject) -> tuple[str, ...]:
    """What lies under an item, a sentence for each list that isn't empty; of those that don't answer, nothing."""
    resource = subject.match.resource
    children = [
        each
        for each in task.routes.site.resources
        if resource and each.parent == resource.name and _is_countable(each.list)
    ]
    counted = await asyncio.gather(*(_count(task, subject, child) for child in children[:MOST_COUNTED]))
    return tuple(each for each in counted if each)


async def _count(task: Task, subject: Subject, child: Resource) -> str:
    values = list(subject.match.path_params.values())
    assert child.list is not None
    path = Task.filled(child.list, dict(zip(child.list.path_parameters, values, strict=False)))
    if path is None:
        return ""
    query = ((child.paging.size, "1"),) if child.paging and child.paging.size else ()
    api: APIClient = task.request.state.api
    try:
        reply = await api.request("GET", path, params=query, timeout=SECONDS)
    except (APIError, UnsafePath):
        return ""
    listing = read_listing(child, reply.data, headers=reply.headers, query=query, path=path)
    if listing is None:
        return ""
    count = listing.total if listing.total is not None else 0 if query else len(listing.rows)
    noun = _lower_first(child.singular if count == 1 else plural(child.singular))
    return f"{count:,} {noun}" if count else ""


def _is_countable(listed: Operation | None) -> bool:
    return listed is not None and listed.method == "GET" and not any(each.required for each in listed.query)


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
