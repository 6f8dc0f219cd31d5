"""A browser for tests: runs the app in process, keeps cookies, speaks htmx, and lints what it is given."""

from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

import httpx
from starlette.types import ASGIApp

from webapp.testing.answer import Answer
from webapp.testing.cookies import CookieJar
from webapp.testing.forms import Submission, Value, fill_in
from webapp.testing.lifespan import Lifespan
from webapp.testing.lint import LintError, Subject, lint

Fields = Mapping[str, Any] | Sequence[tuple[str, str]]
"""What a form sends: values by name, lists for several; or pairs."""

MAX_REDIRECTS = 20
IN_QUERY = frozenset({"GET", "HEAD", "DELETE"})
"""Methods whose fields htmx puts in the query."""

PAGE = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-User": "?1",
    "Upgrade-Insecure-Requests": "1",
}
HTMX = {
    "Accept": "text/html",
    "HX-Request": "true",
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "same-origin",
    "Sec-Fetch-Dest": "empty",
}
RESTORE = {
    "Accept": "*/*",
    "HX-Request-Type": "full",
    "HX-History-Restore-Request": "true",
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Dest": "empty",
}


class Browser:
    """
    One person's browser: an async context manager around an app that is started and stopped with it.

    `get` and `post` load pages and follow redirects; `htmx` sends what htmx 4 sends. Two browsers on one running app
    are two people: `second = browser.another()`. Without an app, it goes to `base_url` over the network, or through
    `transport`. HTML is linted, but for the checks named in `lint_except`. `headers` go out with every request.
    """

    def __init__(
        self,
        app: ASGIApp | None = None,
        *,
        base_url: str = "http://testserver",
        transport: httpx.AsyncBaseTransport | None = None,
        headers: Mapping[str, str] | None = None,
        lint_except: Collection[str] = (),
    ) -> None:
        self._lifespan = Lifespan(app) if app is not None else None
        if self._lifespan is not None:
            transport = httpx.ASGITransport(self._lifespan)
        self._transport = transport or httpx.AsyncHTTPTransport()
        self._borrowed = False
        self._origin = base_url.rstrip("/")
        self.headers = {"User-Agent": "Mozilla/5.0 (webapp.testing)", "Accept-Language": "en", **(headers or {})}
        """What goes out with every request."""
        self._lint_except = frozenset(lint_except)
        parts = urlsplit(self._origin)
        self.cookies = CookieJar(parts.hostname or "", secure=parts.scheme == "https")
        self.current: Answer | None = None
        """The page being looked at."""
        self.url: str | None = None
        """What the address bar shows, from the path on."""

    async def __aenter__(self) -> Self:
        if self._lifespan is not None:
            await self._lifespan.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._borrowed:
            return
        await self._transport.aclose()
        if self._lifespan is not None:
            await self._lifespan.__aexit__(kind, error, trace)

    def another(self) -> "Browser":
        """A second person's browser on the same running app, with nothing of the first's."""
        other = Browser(
            base_url=self._origin, transport=self._transport, headers=self.headers, lint_except=self._lint_except
        )
        other._borrowed = True
        return other

    async def get(self, path: str) -> Answer:
        """Load a page, as by typing its URL, or by a link where a page is open already."""
        return await self._navigate("GET", path)

    async def post(self, path: str, data: Fields | None = None) -> Answer:
        """Send a form as a page does."""
        return await self._navigate("POST", path, content=_encode(data), type_=_URLENCODED)

    async def click(self, text: str) -> Answer:
        """Follow the current page's link of this text."""
        links = self._page().links
        assert text in links, f"no link {text!r}; there are {', '.join(map(repr, links))}"
        return await self.get(links[text])

    async def submit(self, form: str | int = 0, /, *, button: str | None = None, **values: Value) -> Answer:
        """
        Fill in a form of the current page, by selector or number, and send it without htmx.

        What isn't given is sent as the page has it. `button` is the text or value of the one to press; else it's the
        first.
        """
        page = self._page().page
        element = page.one(form) if isinstance(form, str) else page.all("form")[form]
        return await self._send(fill_in(page, element, values, button=button))

    async def sign_in(
        self,
        username: str = "ada@example.com",
        password: str = "secret",  # noqa: S107
        *,
        path: str = "/login",
    ) -> Answer:
        """Sign in on the login page; an AssertionError with its message if that fails. Returns the page after it."""
        answer = await self.try_sign_in(username, password, path=path)
        assert answer.page.find("input[type=password]") is None, f"not signed in: {answer.status}, {answer.main}"
        return answer

    async def try_sign_in(self, username: str, password: str, *, path: str = "/login") -> Answer:
        """Fill in the login page, here or at `path`, and send it; whatever comes of it is returned."""
        here = self.current
        if here is None or here.page.find("form input[type=password]") is None:
            here = await self.get(path)
        for form in here.forms:
            if (secret := form.find("input[type=password]")) is not None:
                name = form.find("input[type=email]") or form.one("input[type=text]")
                values: dict[str, Value] = {name.get("name"): username, secret.get("name"): password}
                return await self._send(fill_in(here.page, form, values))
        raise AssertionError(f"no sign-in form at {here.url}: {here.status}, {here.main}")

    async def sign_out(self, *, path: str = "/logout") -> Answer:
        """Sign out, as the button on every page does."""
        return await self.post(path)

    async def htmx(
        self,
        method: str,
        path: str,
        *,
        target: str = "list",
        data: Fields | None = None,
        source: str = "form",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """
        Send what htmx 4.0.1 sends for an element (`source`, such as `form#f1`) that targets another, by its id.

        The target `body` asks for a full page. HX-Redirect, HX-Location and HX-Refresh are recorded on the answer;
        `follow` does them. An answer that pushes a URL changes `url`.
        """
        full = target == "body"
        sent = {
            **HTMX,
            "HX-Request-Type": "full" if full else "partial",
            "HX-Source": source,
            "HX-Target": "body" if full else self._describe(target),
            "HX-Current-URL": self._origin + quote(self.url or "/", safe=_URL_SAFE),
            **(headers or {}),
        }
        method = method.upper()
        content, type_ = None, None
        if data is not None and method in IN_QUERY:
            path = _with_query(path, data)
        elif method not in IN_QUERY:
            content, type_ = _encode(data), _URLENCODED
        answer = await self._fetch(method, path, sent, content=content, type_=type_, fragment=not full)
        if answer.hx_url is not None:
            self.url = urljoin(self.url or "/", answer.hx_url)
        return answer

    async def follow(self, answer: Answer) -> Answer:
        """Do what an answer tells htmx to: load a page, load this page again, or fetch another part."""
        if answer.hx_refresh:
            return await self.get(self.url or "/")
        if answer.hx_redirect is not None:
            return await self.get(answer.hx_redirect)
        assert answer.hx_location is not None, f"{answer!r} tells htmx to go nowhere"
        return await self.htmx("GET", answer.hx_location, target="body")

    async def restore(self, path: str) -> Answer:
        """Come back to a URL by Back or Forward, as htmx asks for it when its history has no copy."""
        return await self._fetch("GET", path, RESTORE)

    async def fetch(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> Answer:
        """Send a request as it stands, with the cookies and without following anything; nothing is linted."""
        return await self._request(method, self._resolve(path), {**self.headers, **(headers or {})}, content)

    async def _send(self, form: Submission) -> Answer:
        action = urljoin(self.url or "/", form.action)
        if form.method == "GET":
            return await self._navigate("GET", _with_query(action.partition("?")[0], form.fields))
        if form.multipart:
            files = [*((name, (None, value.encode())) for name, value in form.fields), *form.files]
            body = httpx.Request("POST", self._origin, files=files)
            return await self._navigate("POST", action, content=body.read(), type_=body.headers["content-type"])
        return await self._navigate("POST", action, content=_encode(form.fields), type_=_URLENCODED)

    async def _navigate(
        self, method: str, path: str, *, content: bytes | None = None, type_: str | None = None
    ) -> Answer:
        site = "same-origin" if self.current else "none"
        answer = await self._fetch(method, path, {**PAGE, "Sec-Fetch-Site": site}, content=content, type_=type_)
        self.current = answer
        self.url = answer.url
        return answer

    async def _fetch(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        *,
        content: bytes | None = None,
        type_: str | None = None,
        fragment: bool = False,
    ) -> Answer:
        sent = {**self.headers, **headers}
        if self.url is not None:
            sent["Referer"] = self._origin + quote(self.url, safe=_URL_SAFE)
        history: list[Answer] = []
        url = self._resolve(path)
        while True:
            body_headers = {} if method in ("GET", "HEAD") else {"Origin": self._origin}
            if type_ is not None and content is not None:
                body_headers["Content-Type"] = type_
            answer = await self._request(method, url, {**sent, **body_headers}, content, tuple(history))
            next_url = self._redirect(answer)
            if next_url is None:
                break
            history.append(answer)
            assert len(history) <= MAX_REDIRECTS, f"redirected in circles: {[each.url for each in history]}"
            url = next_url
            if answer.status not in (307, 308):
                method, content = "GET", None
        self._lint(answer, fragment=fragment)
        return answer

    async def _request(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, history: tuple[Answer, ...] = ()
    ) -> Answer:
        cookies = self.cookies.header(urlsplit(url).path)
        request = httpx.Request(
            method,
            self._origin + url,
            headers={"Accept-Encoding": "gzip, deflate", **headers, **({"Cookie": cookies} if cookies else {})},
            content=content,
            extensions={"timeout": {"connect": 30, "read": 60, "write": 60, "pool": 60}},
        )
        response = await self._transport.handle_async_request(request)
        try:
            body = await response.aread()
        finally:
            await response.aclose()
        self.cookies.take(response.headers.get_list("set-cookie"), urlsplit(url).path)
        return Answer(method, url, response.status_code, response.headers, body, history)

    def _redirect(self, answer: Answer) -> str | None:
        """Where a redirect leads on this site; a browser would leave for another site, and a test stays here."""
        location = answer.headers.get("location")
        if answer.status not in (301, 302, 303, 307, 308) or location is None:
            return None
        target = urljoin(self._origin + answer.url, location)
        return target.partition("#")[0].removeprefix(self._origin) or "/" if self._is_own(target) else None

    def _resolve(self, path: str) -> str:
        target = urljoin(self._origin + (self.url or "/"), path)
        assert self._is_own(target), f"{target} is not on this site"
        return target.partition("#")[0].removeprefix(self._origin) or "/"

    def _is_own(self, url: str) -> bool:
        return url == self._origin or url.startswith((f"{self._origin}/", f"{self._origin}?"))

    def _page(self) -> Answer:
        assert self.current is not None, "no page is open; get one first"
        return self.current

    def _describe(self, element_id: str) -> str:
        """`tag#id`, as htmx names a target."""
        found = self.current.page.find(f"#{element_id}") if self.current is not None else None
        return f"{found.tag if found is not None else 'div'}#{quote(element_id)}"

    def _lint(self, answer: Answer, *, fragment: bool) -> None:
        if not answer.is_html:
            return
        subject = Subject(
            answer.document,
            fragment=fragment,
            vary=answer.headers.get("vary", ""),
            known_ids={each.id for each in self.current.page.walk()} if fragment and self.current else (),
        )
        if findings := lint(subject, skip=self._lint_except):
            raise LintError(f"{answer.method} {answer.url} ({answer.status})", findings)


_URLENCODED = "application/x-www-form-urlencoded"
_URL_SAFE = "/?&=%:;,+@!$'()*~#[]"


def _pairs(data: Fields) -> list[tuple[str, str]]:
    if not isinstance(data, Mapping):
        return list(data)
    pairs: list[tuple[str, str]] = []
    for name, value in data.items():
        pairs.extend((name, str(each)) for each in (value if isinstance(value, list | tuple) else [value]))
    return pairs


def _encode(data: Fields | None) -> bytes:
    return urlencode(_pairs(data or {})).encode()


def _with_query(path: str, data: Fields) -> str:
    before, _, query = path.partition("?")
    pairs = [*parse_qsl(query, keep_blank_values=True), *_pairs(data)]
    return f"{before}?{urlencode(pairs)}" if pairs else before
