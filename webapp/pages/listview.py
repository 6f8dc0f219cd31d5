"""What a list's page holds, whether its rows came or were refused."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from webapp.errors import APIError
from webapp.html.context import Chart, Column, ColumnMenu, Control, Link, ListPage, Pager
from webapp.html.htmx import current_path, is_htmx
from webapp.html.render import render
from webapp.html.urls import here, href
from webapp.openapi.listing import Listing
from webapp.openapi.routes import Routes
from webapp.openapi.site import Match, MatchKind, Paging, Resource
from webapp.pages.charts import MOST_POINTS, charts_of_rows
from webapp.pages.chosen import AS_SHOWN, chosen_columns, is_ours, joined, make_menu
from webapp.pages.columns import Field, choose_fields, every_field
from webapp.pages.filters import NO_ERRORS, Errors, make_control, unplaced
from webapp.pages.links import Links
from webapp.pages.listframe import Framing, ListFrame
from webapp.pages.pager import make_pager
from webapp.pages.queries import COLUMNS, Query, is_canonical, read_query, without
from webapp.pages.references import NO_NAMES, Names, names_for
from webapp.pages.rows import make_rows, named_fields
from webapp.pages.sorting import make_columns

MOST_ROWS = 2000
"""More than anybody reads. An API that gives all that it has in one answer may give a hundred thousand."""


class ListView(Framing):
    """One look at a list: whose it is, and what is asked of it."""

    __slots__ = ()

    @classmethod
    def of(cls, request: Request, routes: Routes, match: Match, resource: Resource | None = None) -> "ListView":
        """The look that a request takes; `resource` stands in where the match has none."""
        resource = resource or match.resource
        assert resource is not None
        query = read_query(request)
        return cls(request, routes, match, resource, joined(query) if is_ours(match.operation) else query)

    @property
    def controls(self) -> tuple[Control, ...]:
        """Everything that the list can be narrowed by."""
        search = self.search()
        return (*((search,) if search else ()), *self.filters())

    async def page(self, listing: Listing) -> Response:
        """The list as an answer holds it, with names for the ids in it."""
        # A drawing is of more rows than anybody reads.
        most = MOST_POINTS + 1 if self.match.kind is MatchKind.VIEW else MOST_ROWS
        found = self.plan.masker.rows(listing.rows[:most], self.resource.row_schema)
        rows = found[:MOST_ROWS]
        fields = self._fields(listing, rows)
        keys = {*(field.key for field in fields), *(name for name, _ in self.query)}
        names = await names_for(self.request, self.routes, self.resource, rows, fields=keys)
        if names.found:
            fields = named_fields(fields, rows, names)
        table = self._table(listing, rows, fields, names)
        return self._render(listing, {**table, "charts": self._charts(found)}, status=200, names=names)

    def refused_by(self, error: APIError) -> Response:
        """The list's page without rows: each complaint at its control, and all of them where the rows would be."""
        parameters = self.plan.parameters
        names = [parameter.name for parameter in parameters]
        controls = [make_control(parameter, self.query, error.fields) for parameter in parameters]
        placed = [f"{control.label}: {control.error}" for control in controls if control.error]
        said = " ".join([*placed, unplaced(error.fields, names)]).strip() or error.detail
        nothing = Listing(rows=())
        table = self._table(nothing, (), self._fields(nothing, ()), NO_NAMES)
        return self._render(nothing, table, status=422, said=said, errors=error.fields)

    def _turned(self, query: Query) -> str:
        """A link to another page, which the API tells in its own words: without what is only ours."""
        ours = tuple(pair for pair in self.query if pair[0] == COLUMNS)
        return self.link((*without(query, (COLUMNS,)), *ours))

    def _render(
        self,
        listing: Listing,
        table: Mapping[str, Any],
        *,
        status: int,
        said: str = "",
        errors: Errors = NO_ERRORS,
        names: Names = NO_NAMES,
    ) -> Response:
        resource, query = self.resource, self.query
        paging = listing.paging or resource.paging
        frame = self.made(paging, errors, names) if errors or (query and names.found) else self.frame(paging)
        refused: Mapping[str, Any] = {"raw_href": None} if status >= 400 else {}
        page = ListPage(
            name=resource.name,
            title=resource.label,
            description=self.match.operation.introduction,
            error=said,
            **table,
            pager=None if refused else self._pager(frame, listing),
            exports=self._exports(frame, table["columns"], paging) if table["rows"] and not refused else (),
            **{**frame.page, **(frame.selecting if listing.rows else {}), **refused},
        )
        headers = push_canonical(self.request, self.link(query)) if status == 200 else None
        templates = [f"{resource.name}/list.html", "pages/list.html"]
        return render(self.request, templates, page, fragment="list", status=status, headers=headers)

    def _pager(self, frame: ListFrame, listing: Listing) -> Pager | None:
        """The ways to other pages; the same ones again where the answer says the same of them."""
        told = (listing.total, listing.first, listing.last, listing.page, listing.pages, listing.size)
        ways = (listing.next, listing.previous, listing.beginning, listing.query, bool(listing.rows))
        return frame.once(lambda: make_pager(listing, self.query, self._turned), "pager", told, ways)

    def _exports(self, frame: ListFrame, columns: Sequence[Column], paging: Paging | None) -> tuple[Link, ...]:
        """All rows as files: with the columns that are seen, and with everything."""
        chosen = _named(chosen_columns(self.query, self.match.operation))
        shown = ",".join(column.key for column in columns) if chosen else AS_SHOWN
        return frame.once(lambda: self._export_links(shown, paging), "exports", shown)

    def _export_links(self, shown: str, paging: Paging | None) -> tuple[Link, ...]:
        query = without(self.query, {COLUMNS, paging.position if paging else None, paging.size if paging else None})
        seen = ((COLUMNS, shown),) if is_ours(self.match.operation) else ()

        def link(label: str, kind: str, own: Query = ()) -> Link:
            return Link(label, href(self.request, f"/-/export{self.match.path}", (("format", kind), *query, *own)))

        return link("CSV", "csv", seen), *([link("CSV, all columns", "csv")] if seen else []), link("JSON", "json")

    def _fields(self, listing: Listing, rows: Sequence[Any]) -> tuple[Field, ...]:
        resource = self.resource
        return choose_fields(
            rows,
            resource.row_schema,
            title=listing.title_field or resource.title_field,
            key=listing.id_field or resource.id_field,
            related=resource.relations,
            known_already=self._known(rows),
            chosen=_named(chosen_columns(self.query, self.match.operation)) or resource.columns,
            looks=self.plan.looks,
        )

    def _table(self, listing: Listing, rows: Sequence[Any], fields: Sequence[Field], names: Names) -> Mapping[str, Any]:
        resource, paging = self.resource, listing.paging or self.resource.paging
        links = Links.of(self.request, self.routes, self.match)
        id_field, title_field = listing.id_field or resource.id_field, listing.title_field or resource.title_field
        made = make_rows(
            rows,
            fields,
            name=resource.name,
            singular=resource.singular,
            id_field=id_field,
            title_field=title_field,
            row_link=links.items(resource, id_field),
            value_link=partial(links.related, resource),
            value_name=names,
            leading=links.leading(resource, [field.key for field in fields]),
        )
        columns = self.frame(paging).once(
            lambda: make_columns(fields, self.query, self.link, sorting=resource.sorting, paging=paging),
            *map(id, fields),
            of=fields,
        )
        menu = self._menu(rows, fields)
        may_choose = menu is None and len(fields) > 1 and bool(rows) and is_ours(self.match.operation)
        return {
            "columns": columns,
            "rows": made,
            "left_out": len(listing.rows) - len(rows),
            "column_menu": menu,
            "choose_href": self.link((*self.query, (COLUMNS, AS_SHOWN))) if may_choose else None,
        }

    def _charts(self, rows: Sequence[Any]) -> tuple[Chart, ...]:
        if self.match.kind is not MatchKind.VIEW:
            return ()
        return charts_of_rows(rows, self.resource.row_schema, name=self.resource.name)

    def _menu(self, rows: Sequence[Any], fields: Sequence[Field]) -> ColumnMenu | None:
        """What one may choose from, once one does: to find it takes a look at every field."""
        if not chosen_columns(self.query, self.match.operation):
            return None
        every = every_field(rows, self.resource.row_schema)
        return make_menu(every, fields, self.query, self.match.operation, self.link)

    def _known(self, rows: Sequence[Any]) -> Iterator[str]:
        """The fields that only say what the address does: each issue of a project is of that project."""
        values = set(self.match.path_params.values())
        above = [name for name, target in self.resource.relations.items() if target == self.resource.parent]
        for name in (*self.match.path_params, *above):
            if rows and all(isinstance(row, Mapping) and str(row.get(name)) in values for row in rows):
                yield name


def _named(chosen: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in chosen if name != AS_SHOWN)


def push_canonical(request: Request, address: str) -> dict[str, str] | None:
    """Have htmx show the address without a form's empty fields, and typing on change it rather than add to the past."""
    if not is_htmx(request):
        return None
    if _is_typed_on(request):
        return {"HX-Replace-Url": address}
    return None if is_canonical(request) else {"HX-Push-Url": address}


def _is_typed_on(request: Request) -> bool:
    """Whether a question is the one before with some letters more or less in one of its fields."""
    path, _, query = (current_path(request) or "").partition("?")
    before, now = dict(parse_qsl(query)), dict(read_query(request))
    changed = [name for name in before.keys() | now.keys() if before.get(name) != now.get(name)]
    if path != here(request).partition("?")[0] or len(changed) != 1:
        return False
    one, other = before.get(changed[0], ""), now.get(changed[0], "")
    return bool(one and other) and (one.startswith(other) or other.startswith(one))
