"""What surrounds every page: the site's name, its navigation, and who is signed in."""

from collections.abc import Iterable
from dataclasses import replace
from weakref import WeakKeyDictionary

from starlette.requests import Request

from webapp.html.context import Link, LinkGroup, Shell, Toast
from webapp.html.htmx import is_partial
from webapp.html.urls import here, href
from webapp.observability import current_request_id
from webapp.openapi.routes import Routes
from webapp.pages import otherways
from webapp.pages.navigation import navigation
from webapp.pages.sites import Sites
from webapp.sessions import Notices, Session


class ShellMaker:
    """Makes a page's Shell; the navigation is made once for each site, mount point and link that leads here."""

    def __init__(self, *, title: str | None, hue: int | None) -> None:
        self._title = title
        self._hue = hue
        self._navigation: WeakKeyDictionary[Routes, _Navigation] = WeakKeyDictionary()

    def __call__(self, request: Request) -> Shell:
        """The shell of this request's page. Works, with less to show, while the API's document can't be had."""
        sites: Sites = request.state["sites"]
        session: Session = request.state["session"]
        routes = sites.known(session)
        path = here(request)
        known = self._known(request, routes)
        return Shell(
            site=self._title or (routes.site.title if routes else request.url.hostname or "webapp"),
            navigation=known.marked(path.partition("?")[0]) if known else (),
            user=session.user if session.kept else None,
            can_sign_in=routes is not None
            and (bool(routes.site.accounts.sign_in) or otherways.exist(request, routes.site)),
            path=path,
            request_id=current_request_id(),
            hue=self._hue,
            notice=_notice(request),
            place=path if path in (known.places if known else _always(request)) else "",
        )

    def _known(self, request: Request, routes: Routes | None) -> "_Navigation | None":
        if routes is None:
            return None
        mount = request.scope.get("root_path", "")
        known = self._navigation.get(routes)
        if known is None or known.mount != mount:
            made = _Navigation(mount, navigation(request, routes.site), _always(request))
            known = self._navigation[routes] = made
        return known


class _Navigation:
    """A site's navigation, as it looks from each of its links."""

    def __init__(self, mount: str, groups: tuple[LinkGroup, ...], always: Iterable[str]) -> None:
        self.mount = mount
        self._groups = groups
        self._at: dict[str, Link] = {}
        self._below: dict[str, Link] = {}
        """The links by where they lead, and by what the paths below that begin with: the longest address goes first."""
        for link in sorted((link for group in groups for link in group.links), key=lambda link: -len(link.href)):
            self._at.setdefault(link.href, link)
            self._below.setdefault(link.href.rstrip("/") + "/", link)
        self._marked: dict[Link, tuple[LinkGroup, ...]] = {}
        self.places = frozenset({*self._at, *always})
        """Where its links lead, and those that are `always` there."""

    def marked(self, path: str) -> tuple[LinkGroup, ...]:
        """The links with the one that leads here, or nearest above here, marked as current."""
        current = self._nearest(path)
        if current is None:
            return self._groups
        if current not in self._marked:
            self._marked[current] = _mark(self._groups, current)
        return self._marked[current]

    def _nearest(self, path: str) -> Link | None:
        found = self._at.get(path)
        end = len(path)
        while found is None and (end := path.rfind("/", 0, end)) >= 0:
            found = self._below.get(path[: end + 1])
        return found


def _always(request: Request) -> tuple[str, str]:
    """Where the navigation leads whatever there is."""
    return href(request, "/"), href(request, "/-/operations")


def _notice(request: Request) -> Toast | None:
    """What the page before has done. A part of a page has no place for it, so it stays for the next whole one."""
    if is_partial(request):
        return None
    # There are none where it isn't known whose request it is.
    notices: Notices | None = request.scope["state"].get("notices")
    notice = notices.take() if notices is not None else None
    if notice is None or notice.undo is None:
        return Toast(notice.text) if notice else None
    return Toast(notice.text, notice.undo.action, notice.undo.label, notice.undo.fields)


def _mark(groups: tuple[LinkGroup, ...], current: Link) -> tuple[LinkGroup, ...]:
    marked = replace(current, current=True)
    return tuple(
        replace(group, links=tuple(marked if link is current else link for link in group.links), current=current.href)
        if current in group.links
        else group
        for group in groups
    )
