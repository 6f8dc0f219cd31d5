"""What a site can be entered by: everything one can look at, under the heading where it's looked for."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from webapp.openapi.labels import humanise, normal, words
from webapp.openapi.pairing import finds_by
from webapp.openapi.site import Operation, Resource, Site
from webapp.openapi.uses import is_around_accounts, is_plumbing

RESOURCES = "Resources"
"""The heading of what needs none of its own."""


class Entry(NamedTuple):
    """A page, with the resource that it is of, if any; without a path of its own it's the form that asks for an id."""

    heading: str
    label: str
    operation: Operation
    path: str | None = None
    resource: Resource | None = None


def entries(site: Site) -> Iterator[Entry]:
    """
    The resources and views, in the document's order, then what has to be opened by an id.

    What belongs to signing in isn't among them: it has pages of its own.
    """
    return iter(_Entries(site))


def label_of_opening(site: Site, operation: Operation) -> str | None:
    """What links call the form that opens an item by what a GET's path asks for; None for any other GET."""
    for resource in site.resources:
        if operation in resource.lookups and _finds_item(operation):
            return open_label(resource, operation)
        if resource.item is not None and resource.item.name == operation.name and operation.path_parameters:
            return open_label(resource, operation)
    return None


def with_headings(site: Site) -> Site:
    """The site in which the resources whose headings would only repeat their names share one."""
    repeating = list(repeat_themselves(entries(site)))
    names = {each.resource.name for each in repeating if each.resource is not None}
    if len(repeating) < 2 or not names:
        return site
    resources = (replace(each, tag=RESOURCES) if each.name in names else each for each in site.resources)
    return replace(site, resources=tuple(resources))


def repeat_themselves(found: Iterable[Entry]) -> Iterator[Entry]:
    """Those that stand alone under a heading which says no more than their label."""
    under: dict[str, list[Entry]] = {}
    for each in found:
        under.setdefault(each.heading, []).append(each)
    for heading, members in under.items():
        if len(members) == 1 and members[0].label.casefold() == heading.casefold():
            yield members[0]


class _Entries:
    def __init__(self, site: Site) -> None:
        self._site = site
        accounts = site.accounts
        self._taken = {each.name for each in (accounts.me, accounts.sessions) if each is not None}

    def __iter__(self) -> Iterator[Entry]:
        shown = [each for each in self._site.resources if not each.hidden]
        for resource in shown:
            yield from self._resource(resource)
        for view in self._site.views:
            if self._is_offered(view) and view.path != "/":
                yield Entry(_tag(view), view.title, view, view.path)
        for resource in shown:
            yield from self._by_id(resource)
        for operation in self._site.rest:
            if operation.method == "GET" and self._is_offered(operation):
                yield Entry(_tag(operation), operation.title, operation)

    def _resource(self, resource: Resource) -> Iterator[Entry]:
        operation = resource.list or resource.item
        if operation is None or operation.path_parameters or operation.name in self._taken or resource.path == "/":
            return
        path = resource.path if resource.list else operation.path
        yield Entry(resource.tag, resource.label, operation, path, resource)

    def _by_id(self, resource: Resource) -> Iterator[Entry]:
        """The items that no list leads to, the lists that no item does, and other ways to find an item."""
        operation = resource.list or resource.item
        alone = resource.parent is None and operation is not None and bool(operation.path_parameters)
        if alone and operation is not None and self._is_offered(operation):
            label = resource.label if resource.list else open_label(resource, operation)
            yield Entry(resource.tag, label, operation, resource=resource)
        for lookup in resource.lookups:
            if self._is_offered(lookup):
                label = open_label(resource, lookup) if _finds_item(lookup) else lookup.title
                yield Entry(resource.tag, label, lookup, resource=resource)

    def _is_offered(self, operation: Operation) -> bool:
        around = is_plumbing(operation) or is_around_accounts(self._site.accounts, operation)
        return not (operation.hidden or around or operation.name in self._taken)


def open_label(resource: Resource, operation: Operation) -> str:
    """`Open user by ID`: what an item's GET does for one who knows what its path asks for."""
    thing = resource.singular
    thing = thing[:1].lower() + thing[1:] if thing[1:2].islower() else thing
    own = normal(resource.singular)
    parts = words(operation.path_parameters[-1])
    while len(parts) > 1 and normal(parts[0]) in own:
        parts = parts[1:]
    if normal(" ".join(parts)) == own:
        return f"Open {thing}"
    key = humanise(" ".join(parts))
    return f"Open {thing} by {key if key[1:2].isupper() else key[:1].lower() + key[1:]}"


def _finds_item(operation: Operation) -> bool:
    """Whether a path ends with what it finds one thing by: `/users/by-email/{email}`."""
    segments = operation.path.strip("/").split("/")
    ends = segments[-1].startswith("{") and len(segments) > 1
    return ends and finds_by(segments[-2], operation.path_parameters[-1])


def _tag(operation: Operation) -> str:
    return next(iter(operation.tags), "")
