"""Everything one can look at, by tag: what the home page, the menu beside every page and the way to jump share."""

from collections.abc import Iterator

from starlette.requests import Request

from webapp.html.context import Link, LinkGroup
from webapp.html.urls import href
from webapp.openapi.labels import humanise, normal, words
from webapp.openapi.pairing import finds_by
from webapp.openapi.site import Operation, Resource, Site
from webapp.pages.actions import is_around_accounts, operation_href
from webapp.pages.uses import is_plumbing

OTHERS = "Other"
RESOURCES = "Resources"

Entry = tuple[str, str, str]
"""Tag, label and address of a page."""


def navigation(request: Request, site: Site) -> tuple[LinkGroup, ...]:
    """
    The resources and views, grouped by tag in the document's order.

    What needs an id leads to the form that asks for it. What belongs to signing in isn't among them: it has pages of
    its own. Tags that only repeat the name of their one page share a heading.
    """
    groups: dict[str, list[Link]] = {}
    for tag, label, address in _Entries(request, site):
        groups.setdefault(tag or OTHERS, []).append(Link(label, address))
    repeated = [tag for tag, links in groups.items() if [link.label.casefold() for link in links] == [tag.casefold()]]
    if len(repeated) > 1:
        gathered = [link for tag in repeated for link in groups.pop(tag)]
        groups = {RESOURCES: [*gathered, *groups.pop(RESOURCES, [])], **groups}
    return tuple(LinkGroup(tag, tuple(links)) for tag, links in groups.items())


class _Entries:
    """The entries of a site: pages that can be opened as they are, then what has to be opened by an id."""

    def __init__(self, request: Request, site: Site) -> None:
        self._request = request
        self._site = site
        accounts = site.accounts
        self._taken = {each.name for each in (accounts.me, accounts.sessions) if each is not None}

    def __iter__(self) -> Iterator[Entry]:
        shown = [each for each in self._site.resources if not each.hidden]
        for resource in shown:
            yield from self._resource(resource)
        for view in self._site.views:
            if self._is_offered(view) and view.path != "/":
                yield _tag(view), view.title, href(self._request, view.path)
        for resource in shown:
            yield from self._by_id(resource)
        for operation in self._site.rest:
            if operation.method == "GET" and self._is_offered(operation):
                yield _tag(operation), operation.title, operation_href(self._request, operation, {})

    def _resource(self, resource: Resource) -> Iterator[Entry]:
        operation = resource.list or resource.item
        if operation is None or operation.path_parameters or operation.name in self._taken or resource.path == "/":
            return
        yield resource.tag, resource.label, href(self._request, resource.path if resource.list else operation.path)

    def _by_id(self, resource: Resource) -> Iterator[Entry]:
        """The items that no list leads to, the lists that no item does, and other ways to find an item."""
        operation = resource.list or resource.item
        alone = resource.parent is None and operation is not None and bool(operation.path_parameters)
        if alone and operation is not None and self._is_offered(operation):
            label = resource.label if resource.list else open_label(resource, operation)
            yield resource.tag, label, operation_href(self._request, operation, {})
        for lookup in resource.lookups:
            if self._is_offered(lookup):
                label = open_label(resource, lookup) if _finds_item(lookup) else lookup.title
                yield resource.tag, label, operation_href(self._request, lookup, {})

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
