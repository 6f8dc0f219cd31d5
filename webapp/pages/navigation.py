"""Everything one can look at, by heading: what the home page, the menu beside every page and the way to jump share."""

from starlette.requests import Request

from webapp.html.context import Link, LinkGroup
from webapp.html.urls import href
from webapp.openapi.entries import RESOURCES, Entry, entries, repeat_themselves
from webapp.openapi.site import Site
from webapp.pages.actions import operation_href

OTHERS = "Other"


def navigation(request: Request, site: Site) -> tuple[LinkGroup, ...]:
    """
    What a site can be entered by, grouped by heading in the document's order.

    What needs an id leads to the form that asks for it. Views whose tags only repeat their names join the resources of
    which that's said already.
    """
    found = list(entries(site))
    repeating = {each.heading for each in repeat_themselves(found) if each.resource is None}
    joins = len(repeating) > 1 or any(each.heading == RESOURCES for each in found)
    groups: dict[str, list[Link]] = {RESOURCES: []}
    for entry in found:
        heading = RESOURCES if joins and entry.heading in repeating else entry.heading or OTHERS
        groups.setdefault(heading, []).append(Link(entry.label, _address(request, entry)))
    return tuple(LinkGroup(heading, tuple(links)) for heading, links in groups.items() if links)


def _address(request: Request, entry: Entry) -> str:
    if entry.path is None:
        return operation_href(request, entry.operation, {})
    return href(request, entry.path)
