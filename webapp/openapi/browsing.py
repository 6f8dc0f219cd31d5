"""
An API without a document, browsed by what it answers.

Its first page tells where it can be gone on from there; every other path is asked as it stands, and what its answer
looks like decides how it is shown.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from webapp.openapi.labels import humanise
from webapp.openapi.routes import Routes
from webapp.openapi.site import Accounts, Match, MatchKind, Operation, SignIn, Site
from webapp.openapi.ways import UNDECLARED

MOST = 200
"""Links of one answer."""

STARTS = ("http://", "https://", "/")
"""How the URL of a link begins, which most texts don't."""

LOGINS = ("/auth/login", "/auth/token", "/auth/jwt/login", "/login", "/token", "/api/auth/login", "/api/token")
"""Where one often signs in with a name and a password."""

PAGES = "Pages"
"""The heading of what the first answer links to."""

GRANT = {"grant_type": "password"}

NOT_PAGES = frozenset({"self", "curies", "profile", "describedby", "first", "last", "next", "prev", "previous"})
"""Relations that lead nowhere new."""


class OpenRoutes(Routes):
    """Any path is a page here: a GET of just that."""

    follows_links = True

    def match(self, path: str) -> Match | None:
        """The page at a path; None where it isn't one."""
        known = super().match(path)
        if known is not None or not path.startswith("/") or "//" in path:
            return known
        return Match(MatchKind.VIEW, _get(path), None, {}, path)

    def linked(self, value: object) -> str | None:
        """The path that a URL leads to, or the address that a thing has of its own; None for one of another host."""
        if isinstance(value, Mapping):
            return next((path for url in _own_urls(value) if (path := self._path(url)) is not None), None)
        return self._path(value) if isinstance(value, str) and value.startswith(("http://", "https://")) else None

    def _path(self, url: str) -> str | None:
        return path_of(url, self.site.base_url or "")

    def item_below(self, operation: Operation) -> Operation | None:
        """The GET of one thing of a list, as most APIs would have it: the list's path and the thing's id."""
        end = "/" if operation.path.endswith("/") else ""
        path = operation.path.rstrip("/")
        return _get(f"{path}/{{id}}{end}") if path else None


def accounts_behind(refused: str, login: str | None, base_url: str) -> Accounts:
    """
    The ways in where the document is only for those who are signed in.

    `refused` is the document's URL, which tells whether credentials are right; `login` a path that takes posts.
    """
    posted = SignIn(login, "form", "username", "password", "Username", GRANT, either=True) if login else None
    ways = (*([posted] if posted else []), *UNDECLARED)
    path = path_of(refused, base_url)
    return Accounts(sign_in=ways[0], ways=ways, check=_get(path) if path else None, required=True)


def bare_site(base_url: str, first: Any = None, *, lacks: str, accounts: Accounts | None = None) -> Site:
    """The site of an API that is known by nothing but the decoded answer of its base URL."""
    views = tuple(
        _get(path, humanise(name), number) for number, (name, path) in enumerate(links_in(first, base_url).items(), 1)
    )
    return Site(
        title=urlsplit(base_url).hostname or "API",
        description="",
        version="",
        resources=(),
        views=views,
        operations=views,
        accounts=accounts or Accounts(),
        base_url=base_url,
        lacks=lacks,
    )


def links_in(data: Any, base_url: str) -> dict[str, str]:
    """
    The links of an answer by name, as paths below the base URL; what leads elsewhere is left out.

    They are an object of names and URLs, as Django REST framework's root is one, HAL's `_links`, JSON:API's `links`,
    or a list of things that each have a name and a URL.
    """
    found: dict[str, str] = {}
    for name, url in _links(data):
        path = path_of(url, base_url)
        if path is not None and path != "/" and path not in found.values() and name.lower() not in NOT_PAGES:
            found.setdefault(name, path)
        if len(found) == MOST:
            break
    return found


def path_of(url: str, base_url: str) -> str | None:
    """The path below the base URL that a link in an answer leads to, less its query; None for one outside."""
    try:
        target = urlsplit(urljoin(base_url.rstrip("/") + "/", url.partition("{")[0].partition("?")[0]))
    except ValueError:
        return None
    base = urlsplit(base_url)
    prefix = base.path.rstrip("/")
    if target.netloc != base.netloc or not target.path.startswith(prefix + "/"):
        return None
    path = quote(unquote(target.path[len(prefix) :]), safe="/~:@!$&'()*+,;=")
    return path if "//" not in path and not {".", ".."} & set(path.split("/")) else None


def _own_urls(thing: Mapping[str, Any]) -> Iterator[str]:
    """Where a thing says that it is itself."""
    for links in (thing.get("_links"), thing.get("links"), thing):
        if isinstance(links, Mapping):
            own = links.get("self") or links.get("href") or links.get("url")
            own = own.get("href") if isinstance(own, Mapping) else own
            if isinstance(own, str) and own.startswith(STARTS):
                yield own


def _links(data: Any) -> Iterator[tuple[str, str]]:
    if isinstance(data, list):
        yield from _named(data)
        return
    if not isinstance(data, Mapping):
        return
    for members in (data.get("_links"), data.get("links"), data):
        if isinstance(members, Mapping):
            yield from _targets(members)
        elif isinstance(members, list):
            yield from _named(members)
    for members in data.values():
        if isinstance(members, list):
            yield from _named(members)


def _targets(members: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in members.items():
        target = value.get("href") if isinstance(value, Mapping) else value
        if isinstance(target, str) and target.startswith(STARTS):
            yield str(name), target


def _named(things: list[Any]) -> Iterator[tuple[str, str]]:
    for thing in things[:MOST]:
        if isinstance(thing, Mapping):
            url = next((thing[key] for key in ("url", "href", "path") if isinstance(thing.get(key), str)), None)
            name = next((thing[key] for key in ("name", "rel", "title", "id") if isinstance(thing.get(key), str)), url)
            if url is not None and name is not None and url.startswith(STARTS):
                yield name, url


def _get(path: str, label: str = "", number: int = 0) -> Operation:
    words = [part for part in unquote(path).split("/") if part and "{" not in part]
    return Operation(
        method="GET",
        path=path,
        name=f"get {path}",
        label=label or (humanise(words[-1]) if words else "Start"),
        slug=f"page-{number}" if number else "",
        tags=(PAGES,),
    )
