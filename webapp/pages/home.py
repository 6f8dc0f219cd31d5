"""The home page, and the navigation: everything one can look at, by tag."""

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response

from webapp.html.context import HomePage, Link, LinkGroup
from webapp.html.render import render
from webapp.html.urls import href
from webapp.openapi.prose import plain
from webapp.openapi.site import Operation, Site
from webapp.pages.sites import routes_for
from webapp.pages.uses import is_plumbing

OTHERS = "Other"
RESOURCES = "Resources"


async def home_page(request: Request) -> Response:
    """Show what there is."""
    site = (await routes_for(request)).site

    page = HomePage(
        title=site.title,
        description=plain(site.description),
        groups=navigation(request, site),
        notice=site.lacks,
    )
    return render(request, "pages/home.html", page)


def navigation(request: Request, site: Site) -> tuple[LinkGroup, ...]:
    """
    The resources and views that have a page without one having to know an id, grouped by tag in the document's order.

    What belongs to signing in isn't among them: it has pages of its own. Tags that only repeat the name of their one
    page share a heading.
    """
    groups: dict[str, list[Link]] = {}
    for tag, label, path in _entries(site):
        groups.setdefault(tag or OTHERS, []).append(Link(label, href(request, path)))
    repeated = [tag for tag, links in groups.items() if [link.label.casefold() for link in links] == [tag.casefold()]]
    if len(repeated) > 1:
        gathered = [link for tag in repeated for link in groups.pop(tag)]
        groups = {RESOURCES: [*gathered, *groups.pop(RESOURCES, [])], **groups}
    return tuple(LinkGroup(tag, tuple(links)) for tag, links in groups.items())


def _entries(site: Site) -> Iterator[tuple[str, str, str]]:
    """Tag, label and path of each page."""
    accounts = site.accounts
    claimed = {operation.name for operation in (accounts.me, accounts.sessions) if operation is not None}
    for resource in site.resources:
        operation = resource.list or resource.item
        if operation is None or resource.hidden:
            continue
        if _stands_alone(operation) and operation.name not in claimed:
            yield resource.tag, resource.label, resource.path if resource.list else operation.path
    for view in site.views:
        if _stands_alone(view) and view.name not in claimed and not is_plumbing(view) and not view.hidden:
            yield next(iter(view.tags), ""), view.title, view.path


def _stands_alone(operation: Operation) -> bool:
    return not operation.path_parameters and operation.path != "/"
