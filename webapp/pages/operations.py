"""`/-/operations`: everything an API can do, by tag, to be searched."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from webapp.html.context import Link, OperationEntry, OperationGroup, OperationsPage
from webapp.html.format import cut
from webapp.html.render import render
from webapp.html.urls import href
from webapp.openapi.site import Operation, Site
from webapp.pages.actions import operation_href
from webapp.pages.sites import routes_for

TITLE = "All operations"
OTHERS = "Other"


async def operations_page(request: Request) -> Response:
    """Show all operations, or those in which all words of `q` appear."""
    site = (await routes_for(request)).site
    query = cut(request.query_params.get("q", ""), 200)

    found = search(site, query)
    here = href(request, "/-/operations")
    page = OperationsPage(
        title=TITLE,
        crumbs=(Link("Home", href(request, "/")), Link(TITLE, here, current=True)),
        action=here,
        query=query,
        groups=_groups(request, found),
        found=len(found),
        total=len(search(site, "")),
    )
    return render(request, "pages/operations.html", page, fragment="operations")


def search(site: Site, query: str) -> list[Operation]:
    """The operations that aren't hidden and in which all words of `query` appear."""
    words = query.casefold().split()
    return [each for each in site.operations if not each.hidden and _has(each, words)]


def _has(operation: Operation, words: list[str]) -> bool:
    told = " ".join([operation.label, operation.method, operation.path, operation.name, *operation.tags])
    return not words or all(word in f"{told} {operation.description}".casefold() for word in words)


def _groups(request: Request, operations: Iterable[Operation]) -> tuple[OperationGroup, ...]:
    groups: dict[str, list[OperationEntry]] = {}
    for each in operations:
        entry = OperationEntry(each.label, operation_href(request, each, {}), each.method, each.path, each.deprecated)
        groups.setdefault(next(iter(each.tags), OTHERS), []).append(entry)
    return tuple(OperationGroup(label, tuple(entries)) for label, entries in groups.items())
