"""`/-/bulk/{slug}`: one operation on several rows of a list. First it is asked for, then done, then told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from webapp.errors import APIError, BadRequest, NotFound, Unauthorized
from webapp.forms.submission import Submission
from webapp.html.context import Link
from webapp.html.context.editing import BulkPage, BulkRow
from webapp.html.htmx import redirect
from webapp.html.render import render
from webapp.html.urls import here, href, safe_next
from webapp.openapi.labels import plural
from webapp.openapi.listing import read_listing
from webapp.openapi.routes import Routes
from webapp.openapi.site import Match, MatchKind, Operation, Resource
from webapp.pages.answers import name_of
from webapp.pages.asking import ask
from webapp.pages.bulkrun import Outcome, run_each
from webapp.pages.crumbs import crumbs
from webapp.pages.drafts import remember, returned
from webapp.pages.links import Links
from webapp.pages.masking import masked_rows
from webapp.pages.notices import notify
from webapp.pages.queries import for_api
from webapp.pages.rows import row_key, title_of
from webapp.pages.selection import bulk_operations, path_of
from webapp.pages.sites import routes_for
from webapp.pages.undo import opposite_of
from webapp.pages.uploads import submitted
from webapp.record import record

MOST = 100
"""Rows of one go."""

LEFT = "You were signed out. Here is what is left to do."
NOTHING = "Nothing was selected."
LONGEST_BACK = 1500
"""Characters of the list's address, with which the sign-in's own is not too long to be come back from."""

Pairs = tuple[tuple[str, str], ...]


async def bulk_page(request: Request) -> Response:
    """Ask whether to do what is left to do: where one comes back to after having had to sign in again."""
    typed = await returned(request, here(request), told=LEFT)
    selection = await Selection.of(request, typed or Submission.of(request.query_params.multi_items()))
    if not selection.keys and not selection.done:
        return notify(redirect(request, selection.back), request, NOTHING)
    return await selection.asked()


async def run_bulk(request: Request) -> Response:
    """Ask whether to do it to the selected rows; do it, once that was answered."""
    async with submitted(request) as submission:
        selection = await Selection.of(request, submission)
        asks = not submission.get("confirm")
    remember(request, selection.place, submission)
    if not selection.keys:
        return notify(redirect(request, selection.back), request, NOTHING)
    return await (selection.asked() if asks else selection.run())


@record(frozen=True, slots=True)
class Selection:
    """The rows that were selected, and what is to be done to them."""

    request: Request
    routes: Routes
    operation: Operation
    keys: tuple[str, ...]
    done: tuple[str, ...]
    """Those that it has been done to before, when something came in between."""
    above: tuple[str, ...]
    """What the path names before the rows' own keys."""
    back: str
    match: Match
    """The page of the list."""
    resource: Resource

    @classmethod
    async def of(cls, request: Request, submission: Submission) -> "Selection":
        """The selection that a form tells of. Raises NotFound and BadRequest."""
        routes = await routes_for(request)
        operation = routes.operation(request.path_params["slug"])
        back = safe_next(submission.text("next"))
        match = routes.match(_below(request, back.partition("?")[0]))
        resource = match.resource if match is not None else None
        if operation is None or match is None or resource is None or operation not in bulk_operations(routes, resource):
            raise NotFound
        keys = _texts(submission, "id")
        if len(keys) > MOST:
            raise BadRequest(f"Select at most {MOST} at a time.")
        done = _texts(submission, "done")[:MOST]
        return cls(request, routes, operation, keys, done, _texts(submission, "above"), back, match, resource)

    @property
    def place(self) -> str:
        """The address of the question; what is selected is kept, and not in it."""
        back = [("next", self.back)] if len(self.back) <= LONGEST_BACK else []
        return href(self.request, f"/-/bulk/{self.operation.slug}", back)

    async def asked(self) -> Response:
        """The question, which names what it is about."""
        rows = await self._rows((*self.keys, *self.done))
        count = self._count(len(self.keys))
        page = replace(
            self._page(),
            heading=f"{self._doing}: {count}?",
            rows=tuple(rows[key] for key in self.keys),
            done=tuple(rows[key] for key in self.done),
            hidden=self._hidden(self.keys, done=self.done),
            submit=f"{self._doing} ({len(self.keys)})" if self.keys else "",
        )
        return self._render(page)

    async def run(self) -> Response:
        """How it went: what was done, and what the API has against the rest."""
        rows = await self._rows((*self.keys, *self.done))
        paths = {key: path_of(self.operation, self.above, key) for key in self.keys}
        outcomes = await run_each(self.request.state.api, self.operation, paths)
        if any(each is Outcome.NOT_TRIED for each in outcomes.values()):
            self._come_back_to(outcomes)
            raise Unauthorized("You have been signed out.")

        done = (*self.done, *(key for key, outcome in outcomes.items() if outcome is Outcome.DONE))
        failed = {key: str(outcome) for key, outcome in outcomes.items() if outcome is not Outcome.DONE}
        page = replace(
            self._page(),
            heading=self._told(len(done), len(failed)),
            rows=tuple(replace(rows[key], error=error) for key, error in failed.items()),
            done=tuple(rows[key] for key in done),
            hidden=self._hidden(tuple(failed), done=done),
            submit=f"Try again ({len(failed)})" if failed else "",
            danger=False,
            **self._undo(done),
        )
        return self._render(page)

    @property
    def _doing(self) -> str:
        return self.operation.title

    def _count(self, number: int) -> str:
        one = self.resource.singular
        word = one if number == 1 else plural(one)
        return f"{number} {word[:1].lower() + word[1:] if word[1:2].islower() else word}"

    def _told(self, done: int, failed: int) -> str:
        if not failed:
            return f"{self._doing}: {self._count(done)} done"
        return f"{self._doing}: {done} done, {failed} not" if done else f"{self._doing}: none of {failed} done"

    def _page(self) -> BulkPage:
        title = f"{self._doing}: {self.resource.label}"
        above = crumbs(self.request, self.routes, self.match, self.resource.label)
        return BulkPage(
            name=name_of(self.operation),
            title=title,
            crumbs=(*above[:-1], Link(above[-1].label, self.back), Link(self._doing, "", current=True)),
            heading="",
            rows=(),
            done=(),
            action=href(self.request, f"/-/bulk/{self.operation.slug}"),
            hidden=(),
            submit="",
            danger=self.operation.method == "DELETE",
            undo_action=None,
            undo_hidden=(),
            back_href=self.back,
        )

    def _hidden(self, keys: Sequence[str], *, done: Sequence[str] = ()) -> Pairs:
        return (
            *(("id", key) for key in keys),
            *(("done", key) for key in done),
            *(("above", value) for value in self.above),
            ("next", self.back),
            ("confirm", "yes"),
        )

    def _undo(self, done: Sequence[str]) -> Mapping[str, Any]:
        """The way back for those that were done."""
        opposite = opposite_of(self.resource, self.operation)
        if opposite is None or not done or opposite not in bulk_operations(self.routes, self.resource):
            return {}
        return {"undo_action": href(self.request, f"/-/bulk/{opposite.slug}"), "undo_hidden": self._hidden(done)}

    def _come_back_to(self, outcomes: Mapping[str, Outcome | str]) -> None:
        """Have whoever is sent to sign in come back to what is left, with what has been done."""
        done = (*self.done, *(key for key, outcome in outcomes.items() if outcome is Outcome.DONE))
        left = tuple(key for key, outcome in outcomes.items() if outcome is not Outcome.DONE)
        remember(self.request, self.place, Submission.of(self._hidden(left, done=done)))

    async def _rows(self, keys: Sequence[str]) -> dict[str, BulkRow]:
        """The rows by their keys, with what the list calls them."""
        links = Links.of(self.request, self.routes, self.match)
        found = await self._listed()
        rows = {}
        for key in keys:
            title, link = found.get(key, ("", None))
            link = link or links.item(self.resource, {"id": key}, "id")
            rows[key] = BulkRow(key, title or f"{self.resource.singular} {key}", link)
        return rows

    async def _listed(self) -> Mapping[str, tuple[str, str | None]]:
        """What the rows of the list are called and where they lead, by key."""
        if self.match.kind is not MatchKind.LIST or self.match.operation.method != "GET":
            return {}
        query = tuple(parse_qsl(self.back.partition("?")[2]))
        asked = for_api(query, self.match.operation, self.resource.paging)
        try:
            reply = await ask(self.request, self.match, asked)
        except APIError as error:
            if isinstance(error, Unauthorized) and error.ended:
                raise
            return {}  # its names are all that is wanted of the list
        listing = read_listing(self.resource, reply.data, headers=reply.headers, query=asked, path=self.match.path)
        links = Links.of(self.request, self.routes, self.match)
        found = {}
        for row in masked_rows(listing.rows, self.resource.row_schema) if listing else ():
            id_field = listing.id_field if listing else None
            key = row_key(row, id_field)
            if key is not None:
                title_field = listing.title_field if listing else None
                title = title_of(row, title_field, id_field, self.resource.singular)
                found[key] = (title, links.item(self.resource, row, id_field))
        return found

    def _render(self, page: BulkPage) -> Response:
        names = [f"{self.resource.name}/bulk.html", "pages/bulk.html"]
        return render(self.request, names, page, fragment="bulk")


def _texts(submission: Submission, name: str) -> tuple[str, ...]:
    """The texts of this name, each once."""
    return tuple(dict.fromkeys(each for each in submission.getall(name) if isinstance(each, str) and each))


def _below(request: Request, path: str) -> str:
    """A path of ours as one of the API's."""
    return path.removeprefix(href(request, "/").rstrip("/")) or "/"
