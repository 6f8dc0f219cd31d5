"""What a list's page holds, whether its rows came or were refused."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from webapp.errors import APIError
from webapp.html.context import Control, ListPage
from webapp.html.htmx import is_htmx
from webapp.html.render import render
from webapp.html.urls import href
from webapp.openapi.listing import Listing
from webapp.openapi.routes import Routes
from webapp.openapi.site import Match, Paging, Parameter, Resource
from webapp.pages.columns import choose_fields
from webapp.pages.crumbs import crumbs
from webapp.pages.filters import NO_ERRORS, Errors, make_chips, make_control, unplaced
from webapp.pages.links import Links
from webapp.pages.masking import masked_rows
from webapp.pages.pager import make_pager
from webapp.pages.queries import Query, is_canonical, read_query, without
from webapp.pages.rows import make_rows
from webapp.pages.sorting import make_columns


@dataclass(frozen=True, slots=True)
class ListView:
    """One look at a list: whose it is, and what is asked of it."""

    request: Request
    routes: Routes
    match: Match
    resource: Resource
    query: Query

    @classmethod
    def of(cls, request: Request, routes: Routes, match: Match, resource: Resource | None = None) -> "ListView":
        """The look that a request takes; `resource` stands in where the match has none."""
        resource = resource or match.resource
        assert resource is not None
        return cls(request, routes, match, resource, read_query(request))

    @property
    def controls(self) -> tuple[Control, ...]:
        """Everything that the list can be narrowed by."""
        search = self._search()
        return (*((search,) if search else ()), *self._filters())

    def page(self, listing: Listing) -> Response:
        """The list as an answer holds it."""
        return self._render(listing, status=200)

    def refused_by(self, error: APIError) -> Response:
        """The list's page without rows: each complaint at its control, and all of them where the rows would be."""
        names = [parameter.name for parameter in self._parameters]
        controls = [make_control(parameter, self.query, error.fields) for parameter in self._parameters]
        placed = [f"{control.label}: {control.error}" for control in controls if control.error]
        said = " ".join([*placed, unplaced(error.fields, names)]).strip() or error.detail
        return self._render(Listing(rows=()), status=422, said=said, errors=error.fields)

    @property
    def _parameters(self) -> tuple[Parameter, ...]:
        search = (self.resource.search,) if self.resource.search else ()
        return (*search, *self.resource.filters)

    def _link(self, query: Query) -> str:
        return href(self.request, self.match.path, query)

    def _render(self, listing: Listing, *, status: int, said: str = "", errors: Errors = NO_ERRORS) -> Response:
        resource, query = self.resource, self.query
        paging = listing.paging or resource.paging
        names = [parameter.name for parameter in self._parameters]
        kept = without(query, {*names, paging.position if paging else None})
        page = ListPage(
            name=resource.name,
            title=resource.label,
            description=_first_paragraph(self.match.operation.description),
            crumbs=crumbs(self.request, self.routes, self.match, resource.label),
            **self._table(listing, paging),
            pager=None if status >= 400 else make_pager(listing, query, self._link),
            action=self._link(()),
            search=self._search(errors),
            filters=self._filters(errors),
            kept=dict(kept),
            chips=make_chips(self._parameters, query, self._link, paging=paging, search=self._search_name),
            clear_href=self._link(kept) if any(name in names for name, _ in query) else None,
            raw_href=None if status >= 400 else href(self.request, f"/-/raw{self.match.path}", query),
            error=said,
        )
        headers = push_canonical(self.request, self._link(query)) if status == 200 else None
        templates = [f"{resource.name}/list.html", "pages/list.html"]
        return render(self.request, templates, page, fragment="list", status=status, headers=headers)

    @property
    def _search_name(self) -> str | None:
        return self.resource.search.name if self.resource.search else None

    def _search(self, errors: Errors = NO_ERRORS) -> Control | None:
        search = self.resource.search
        return make_control(search, self.query, errors, search=True) if search else None

    def _filters(self, errors: Errors = NO_ERRORS) -> tuple[Control, ...]:
        return tuple(make_control(parameter, self.query, errors) for parameter in self.resource.filters)

    def _table(self, listing: Listing, paging: Paging | None) -> Mapping[str, Any]:
        resource = self.resource
        links = Links.of(self.request, self.routes, self.match)
        rows = masked_rows(listing.rows, resource.row_schema)
        id_field, title_field = listing.id_field or resource.id_field, listing.title_field or resource.title_field
        fields = choose_fields(
            rows,
            resource.row_schema,
            title=title_field,
            key=id_field,
            related=resource.relations,
            known_already=self._known(rows),
        )
        row_link: Callable[[Any], str | None] = partial(links.item, resource, id_field=id_field)
        made = make_rows(
            rows,
            fields,
            name=resource.name,
            singular=resource.singular,
            id_field=id_field,
            title_field=title_field,
            row_link=row_link,
            value_link=partial(links.related, resource),
        )
        columns = make_columns(fields, self.query, self._link, sorting=resource.sorting, paging=paging)
        return {"columns": columns, "rows": made}

    def _known(self, rows: Sequence[Any]) -> Iterator[str]:
        """The fields that only say what the address does: each issue of a project is of that project."""
        values = set(self.match.path_params.values())
        above = [name for name, target in self.resource.relations.items() if target == self.resource.parent]
        for name in (*self.match.path_params, *above):
            if rows and all(isinstance(row, Mapping) and str(row.get(name)) in values for row in rows):
                yield name


def push_canonical(request: Request, address: str) -> dict[str, str] | None:
    """Have htmx show the address without what a form's empty fields added to it."""
    return {"HX-Push-Url": address} if is_htmx(request) and not is_canonical(request) else None


def _first_paragraph(text: str) -> str:
    return " ".join(text.strip().split("\n\n")[0].split())
