"""The tabs of an item: its own page, the lists and views below it, and lists elsewhere that can show what is its."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from starlette.requests import Request

from webapp.client.paths import fill_path
from webapp.errors import UnsafePath
from webapp.html.context import Link
from webapp.html.urls import href
from webapp.openapi.entries import open_label
from webapp.openapi.labels import capitalise
from webapp.openapi.routes import Routes
from webapp.openapi.site import Match, MatchKind, Operation, Resource
from webapp.pages.actions import operation_href
from webapp.record import record

OVERVIEW = "Overview"


def tabs_of(request: Request, routes: Routes, match: Match) -> tuple[Link, ...]:
    """The tabs of the item that a page is, or lies directly below; none where there is nothing to choose."""
    owner = _owner(routes, match)
    if owner is None or owner.item is None or owner.is_single:
        return ()
    tabs = _Tabs(request, routes, match, owner, owner.item)
    found = list(tabs.links())
    return (tabs.link(OVERVIEW, tabs.path(owner.item.path)), *found) if found else ()


def _owner(routes: Routes, match: Match) -> Resource | None:
    """The resource whose item's tabs a page shows."""
    resource = match.resource
    if resource is None or match.kind is MatchKind.ITEM:
        return resource
    if match.kind is MatchKind.LIST:
        return routes.resource(resource.parent) if resource.parent else None
    return resource if match.operation in resource.item_views else None


@record(frozen=True, slots=True)
class _Tabs:
    request: Request
    routes: Routes
    match: Match
    owner: Resource
    item: Operation

    def links(self) -> Iterator[Link]:
        """What there is besides the item itself."""
        taken = set()
        for child in self.routes.site.resources:
            if child.parent == self.owner.name and not child.hidden and (found := self._child(child)) is not None:
                taken.add(found.label)
                yield found
        for view in self.owner.item_views:
            if not view.hidden and (path := self.path(view.path)) is not None:
                yield self.link(self._short(view.title), path)
        for name, parameter in self.owner.shown_by:
            other = self.routes.resource(name)
            if other is not None and not other.hidden and other.label not in taken:
                yield Link(other.label, href(self.request, other.path, [(parameter, self._own)]))

    def _short(self, title: str) -> str:
        """`Logo` for "Logo of a project", which one sees the tabs of."""
        owner = rf"(?:{re.escape(self.owner.singular)}|{re.escape(self.owner.label)})(?:['\u2019]s?)?"
        ending = rf"\s+(of|for)\s+((an?|the|this|one|all)\s+)?{owner}$"
        beginning = rf"^((an?|the|this|one)\s+)?{owner}\s+(?=\w)"
        short = re.sub(ending, "", title, flags=re.IGNORECASE)
        return capitalise(re.sub(beginning, "", short, flags=re.IGNORECASE))

    def link(self, label: str, path: str | None) -> Link:
        """A tab; the one that this page is says so."""
        address = href(self.request, path or self.match.path)
        return Link(label, address, current=_same(address, href(self.request, self.match.path)))

    def path(self, template: str) -> str | None:
        """A path below the item, with what this page's path says; None where that isn't enough."""
        names = _names(template)
        if not set(names) <= set(self._values(names)):
            return None
        try:
            return fill_path(template, self._values(names))
        except UnsafePath:
            return None

    @property
    def _above(self) -> Mapping[str, str]:
        """The values of the item's own path: the first of this page's, whatever the two call them."""
        return dict(zip(self.item.path_parameters, self.match.path_params.values(), strict=False))

    @property
    def _own(self) -> str:
        return list(self._above.values())[-1]

    def _values(self, names: tuple[str, ...]) -> dict[str, str]:
        known = list(self._above.values())
        return {name: self._above.get(name, value) for name, value in zip(names, known, strict=False)}

    def _child(self, child: Resource) -> Link | None:
        operation = child.list or child.item
        if operation is None:
            return None
        template = child.path if child.list else operation.path
        path = self.path(template)
        if path is not None:
            return self.link(child.label, path)
        if child.list is not None or operation.hidden:
            return None
        known = self._values(operation.path_parameters)
        return Link(open_label(child, operation), operation_href(self.request, operation, known))


def _names(template: str) -> tuple[str, ...]:
    return tuple(part.split("}")[0] for part in template.split("{")[1:])


def _same(one: str, other: str) -> bool:
    return urlsplit(one).path.rstrip("/") == urlsplit(other).path.rstrip("/")
