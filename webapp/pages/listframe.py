"""
What stands around the rows of a list, whatever they are: it depends on the document and the page's address only.

So it is made once for an address as long as that is asked for every now and then, and what is made of the same values
is the very same thing, which templates go by (`kept`). Nothing of it knows who has asked.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import field, replace
from functools import partial
from typing import Any, TypeVar

from starlette.requests import Request

from webapp.html.context import Control, Link
from webapp.html.urls import href
from webapp.openapi.routes import Routes
from webapp.openapi.site import Match, Paging, Resource
from webapp.pages.actions import list_actions
from webapp.pages.crumbs import crumbs
from webapp.pages.filters import NO_ERRORS, Errors, Filter, make_chips
from webapp.pages.listplan import ListPlan, plan_list
from webapp.pages.queries import SELECTING, Query, without
from webapp.pages.references import NO_NAMES, Names
from webapp.pages.selection import bulk_bar
from webapp.pages.tabs import tabs_of
from webapp.record import record

LONGEST_ADDRESS = 300
"""Characters of a path and a query whose frame is kept."""
MOST_MADE = 8
"""Tables, and pagers, that are kept with a frame."""

Made = TypeVar("Made")


@record(frozen=True, slots=True)
class ListFrame:
    """The frame of one address."""

    page: Mapping[str, Any]
    """Fields of the ListPage."""
    selecting: Mapping[str, Any]
    """Those that it has where there are rows to select."""
    _made: dict[Hashable, tuple[Hashable, Any]] = field(default_factory=dict)

    def once(self, make: Callable[[], Made], *key: Hashable, of: Hashable = None) -> Made:
        """What is made of the frame and of what `key` says, made once. `of` has to stay while it is kept."""
        found = self._made.get(key)
        if found is None:
            if len(self._made) >= MOST_MADE:
                self._made.clear()
            found = self._made[key] = of, make()
        made: Made = found[1]
        return made


@record(frozen=True, slots=True)
class Framing:
    """What a frame is made of."""

    request: Request
    routes: Routes
    match: Match
    resource: Resource
    query: Query

    @property
    def plan(self) -> ListPlan:
        """What is known of the list before anything is asked."""
        return self.routes.planned(plan_list, self.resource)

    def frame(self, paging: Paging | None) -> ListFrame:
        """The frame of a list whose pages are turned so; the one from before, where there is one."""
        resource = self.resource
        if (
            self.routes.resource(resource.name) is not resource
            or len(self.match.path) + sum(map(len, map("".join, self.query))) > LONGEST_ADDRESS
        ):
            return self.made(paging)
        root = self.request.scope.get("root_path", "")
        other = None if paging is resource.paging else paging
        key = resource.name, root, self.match.path, self.query, other
        return self.routes.recent.get(key, partial(self.made, paging))

    def made(self, paging: Paging | None, errors: Errors = NO_ERRORS, names: Names = NO_NAMES) -> ListFrame:
        """A new one; with what was wrong about the filters, and with names in them."""
        request, resource, query, plan = self.request, self.resource, self.query, self.plan
        narrowing = [parameter.name for parameter in plan.parameters]
        kept = without(query, {*narrowing, paging.position if paging else None})
        actions = list_actions(request, self.routes, self.match)
        searched = resource.search.name if resource.search else None
        page = {
            "crumbs": crumbs(request, self.routes, self.match, resource.label),
            "action": self.link(()),
            "related": tabs_of(request, self.routes, self.match),
            "search": self.search(errors),
            "filters": self.filters(errors),
            "kept": dict(kept),
            "chips": make_chips(plan.parameters, query, self.link, paging=paging, search=searched, named=names),
            "clear_href": self.link(kept) if any(name in narrowing for name, _ in query) else None,
            "raw_href": href(request, f"/-/raw{self.match.path}", query),
            "create": actions.create,
            "actions": actions.others,
        }
        return ListFrame(page, self._selecting())

    def link(self, query: Query) -> str:
        """The address of the list with another query."""
        return href(self.request, self.match.path, query)

    def search(self, errors: Errors = NO_ERRORS) -> Control | None:
        """What the list is searched with."""
        search = self.plan.search
        return search.control(self.query, errors) if search else None

    def filters(self, errors: Errors = NO_ERRORS) -> tuple[Control, ...]:
        """What it is narrowed by besides."""
        return tuple(self._filter(each, choices, errors) for each, choices in self.plan.filters)

    def _filter(self, made: Filter, choices: str | None, errors: Errors) -> Control:
        control = made.control(self.query, errors)
        if choices is None:
            return control
        return replace(control, type="reference", choices_href=href(self.request, choices))

    def _selecting(self) -> Mapping[str, Any]:
        """The boxes at the rows once they are asked for: most who look at a list don't want them."""
        others = without(self.query, {SELECTING})
        # Rows that only look like some resource's are nobody's to change.
        bar = bulk_bar(self.routes, self.match, self.resource, back=self.link(others)) if self.match.resource else None
        if bar is None:
            return {}
        if len(others) < len(self.query):
            return {"bulk": bar, "select": Link("Stop selecting", self.link(others))}
        return {"select": Link("Select", self.link((*others, (SELECTING, "yes"))))}
