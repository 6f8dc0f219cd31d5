"""
Gets the API's document, from a file, a URL or by looking around at the API, and makes the site of it.

What is got is an `Edition`; looking again gives the same one back as long as nothing has changed.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from webapp.client import APIClient
from webapp.errors import DocumentError, Unavailable
from webapp.openapi.browsing import LOGINS, OpenRoutes, accounts_behind, bare_site
from webapp.openapi.decoding import decode
from webapp.openapi.discover import Fetched, NoDocument, discover, document_in, origin_of
from webapp.openapi.document import Document
from webapp.openapi.overrides.extensions import apply_extensions
from webapp.openapi.resources import build_site
from webapp.openapi.routes import Routes
from webapp.openapi.site import Accounts, Site
from webapp.pages.fetching import Asker, Reading, beside, digest_of, read_capped, read_others, stamp_of
from webapp.record import record

LONGEST_SEARCH = 60.0
"""Seconds for finding the document and all that it refers to."""

SMALL = 256 * 1024
"""Bytes of a document that is read where it is; larger ones would keep everybody else waiting."""

REFUSED = "The API gives its document only to those who are signed in: sign in to see what there is."
ABSENT = (
    "No OpenAPI document was found, so these pages are made from the API's answers alone. "
    "If there is one, --openapi names it, by URL or file."
)

Settle = Callable[[Site], Site]


@record(frozen=True, slots=True, eq=False)
class Edition:
    """One version of a document, or of an API without one, and what pages are made of it."""

    routes: Routes
    digest: str
    """What tells one edition from another: of the document's text and of all it refers to."""
    url: str | None = None
    """Where the document was got; None for a file, and where there is none."""
    stamp: Mapping[str, str] | tuple[int, int] | None = None
    """What to ask with whether it has changed: headers of a request, or a file's time and size."""
    base_url: str | None = None
    """The API's base URL as it was given; None where the document is to say it."""
    in_parts: bool = False
    """Whether it refers to further documents, so that its own stamp doesn't tell all."""
    bare: bool = False
    """Whether there is no document."""
    inside: bool = False
    """Whether only those get it who come with the key that is configured for everybody."""

    @property
    def site(self) -> Site:
        return self.routes.site


class Documents:
    """
    Where the document of one API is, and the way to get it.

    `api_url` is the API's base URL, `openapi` its document's URL or file; one of them may be None. `ask` makes a client
    of a base URL that nobody is signed in with; `insider` one that the document is asked for with where nobody else
    gets it. `settle` has the last word on a site. `reading` is the document's file, which isn't read again at first
    unless it has changed since.
    """

    def __init__(
        self,
        api_url: str | None,
        openapi: str | None,
        ask: Callable[[str], APIClient],
        *,
        settle: Settle = lambda site: site,
        insider: Callable[[], APIClient] | None = None,
        reading: Reading | None = None,
    ) -> None:
        self._insider = insider
        self._api_url = api_url
        self._openapi = openapi
        self._ask = ask
        self._settle = settle
        self._reading = reading

    @property
    def is_file(self) -> bool:
        """Whether the document is a file, which is the same for everybody and cheap to look at."""
        return self._openapi is not None and "://" not in self._openapi

    async def look(self, known: Edition | None = None) -> Edition:
        """
        The newest edition as anybody gets it: the `known` one itself where nothing has changed.

        Raises DocumentError, Unavailable where nothing answers, or RateLimited where it can't be asked just now.
        """
        if self._openapi is not None and self.is_file:
            return await self._look_at_file(Path(self._openapi), known)
        target = self._openapi or self._api_url or ""
        if self._insider is not None and known is not None and known.inside:
            return await self._look_inside(self._insider(), known)
        found = await self._look_with(Asker(self._ask(origin_of(target))), target, known)
        if self._insider is not None and found.bare:
            return await self._look_inside(self._insider(), found)
        return found

    async def _look_inside(self, client: APIClient, known: Edition) -> Edition:
        found = await self.look_as(client, known, known)
        return found if found is known or found.bare else replace(found, inside=True)

    async def look_as(self, client: APIClient, public: Edition, known: Edition | None = None) -> Edition:
        """
        The edition that whoever `client` is signed in as gets: the `public` one itself where that is the same.

        No credentials leave the API's base URL: a document above it or elsewhere is the public one for everybody.
        """
        asker = Asker(client)
        if self.is_file or (public.url is not None and not asker.reaches(public.url)):
            return public
        found = await self._look_with(asker, self._openapi or client.base_url, known or public)
        return public if found.digest == public.digest else found

    async def _look_with(self, asker: Asker, target: str, known: Edition | None) -> Edition:
        try:
            async with asyncio.timeout(LONGEST_SEARCH):
                return await self._again(asker, known) or await self._anew(asker, target, known)
        except TimeoutError:
            raise Unavailable("The API took too long to give its document.") from None

    async def _again(self, asker: Asker, known: Edition | None) -> Edition | None:
        """The document where it was; None if it wasn't anywhere, or has gone from there."""
        if known is None or known.url is None:
            return None
        stamp = known.stamp if isinstance(known.stamp, Mapping) and not known.in_parts else {}
        fetched = await asker.fetch(known.url, stamp)
        if fetched is not None and fetched.status in (404, 410):
            return None
        if fetched is not None and fetched.status == 304:
            return known
        if fetched is not None and not known.in_parts and digest_of(fetched.content, {}) == known.digest:
            return known
        document = await asyncio.to_thread(document_in, fetched)
        if fetched is None or document is None:
            raise DocumentError(f"{known.url} is no document now ({fetched.status if fetched else 'no answer'}).")
        return await self._edition(asker, document, fetched, known, known.base_url)

    async def _anew(self, asker: Asker, target: str, known: Edition | None) -> Edition:
        try:
            if self._openapi is None:
                found = await discover(asker.fetch, target)
                base = None if found.at_target else self._api_url
                return await self._edition(asker, found.document, found.fetched, known, base)
            fetched = await asker.fetch(target)
            if fetched is None or fetched.status != 200:
                refused = [fetched] if fetched is not None and fetched.status in (401, 403) else []
                raise NoDocument(f"There is no OpenAPI document at {target}.", None, refused)
            document = Document.parse(fetched.content, url=fetched.url)
            # Whoever is signed in already asks below what stood in for the base, so that one stays.
            base = self._api_url or (known.site.base_url if known is not None else None)
            return await self._edition(asker, document, fetched, known, base)
        except NoDocument as nothing:
            if self._openapi is not None and not nothing.refused:
                raise
            base_url = self._api_url or (target if self._openapi is None else origin_of(target))
            accounts = await _accounts(asker, base_url, nothing.refused) if nothing.refused else Accounts()
            bare = _bare(base_url, nothing, accounts, self._settle)
            return known if known is not None and known.digest == bare.digest else bare

    async def _edition(
        self, asker: Asker, document: Document, fetched: Fetched, known: Edition | None, base_url: str | None
    ) -> Edition:
        others = await read_others(asker.read, fetched.content, fetched.url)
        digest = digest_of(fetched.content, others)
        if known is not None and known.digest == digest:
            return known
        if others:
            document = Document.parse(fetched.content, url=fetched.url, others=others)
        routes = await self._routes(document, base_url, len(fetched.content))
        return Edition(routes, digest, fetched.url, _stamp(fetched), base_url, bool(others))

    async def _look_at_file(self, path: Path, known: Edition | None) -> Edition:
        reading, self._reading = self._reading, None
        try:
            stamp = await asyncio.to_thread(stamp_of, path)
            if known is not None and known.stamp == stamp and not known.in_parts:
                return known
            reading = reading if reading is not None and reading.stamp == stamp else None
            content = reading.content if reading is not None else await asyncio.to_thread(read_capped, path)
        except OSError as error:
            raise DocumentError(f"The OpenAPI document {path} can't be read: {error.strerror}.") from error
        location = await asyncio.to_thread(_location, path)
        others = await read_others(beside(path), content, location)
        digest = digest_of(content, others)
        if known is not None and known.digest == digest:
            return replace(known, stamp=stamp)
        root = reading.root if reading is not None else decode(content)
        document = Document.of(root, url=self._api_url, location=location, others=others)
        routes = await self._routes(document, self._api_url, len(content))
        return Edition(routes, digest, None, stamp, self._api_url, bool(others))

    async def _routes(self, document: Document, base_url: str | None, size: int) -> Routes:
        def made() -> Routes:
            site = apply_extensions(build_site(document, base_url=base_url), document, base_url=base_url)
            return Routes(self._settle(site))

        return made() if size < SMALL else await asyncio.to_thread(made)


async def _accounts(asker: Asker, base_url: str, refused: Sequence[Fetched]) -> Accounts:
    """The ways in. A path that can't be got but posted to is taken for the one to sign in at."""
    login = None
    for path in LOGINS:
        fetched = await asker.fetch(base_url + path)
        if fetched is not None and fetched.status == 405:
            login = path
            break
    return accounts_behind(refused[0].url, login, base_url)


def _bare(base_url: str, nothing: NoDocument, accounts: Accounts, settle: Settle) -> Edition:
    first = nothing.first.content if nothing.first is not None and nothing.first.status == 200 else b""
    try:
        data = json.loads(first)
    except (ValueError, RecursionError):
        data = None
    site = bare_site(base_url, data, lacks=REFUSED if nothing.refused else ABSENT, accounts=accounts)
    return Edition(OpenRoutes(settle(site)), digest_of(first, {"refused": b""} if nothing.refused else {}), bare=True)


def _location(path: Path) -> str:
    return path.resolve().as_uri()


def _stamp(fetched: Fetched) -> Mapping[str, str]:
    told = (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since"))
    return {asked: fetched.headers[name] for name, asked in told if name in fetched.headers}
