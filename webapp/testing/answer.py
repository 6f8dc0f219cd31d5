"""What a test gets back for a request."""

import json
from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from typing import Any

import httpx

from webapp.record import record
from webapp.testing.markup import Document, Element, parse


@record(frozen=True)
class Answer:
    """
    An answer of the app, read like a page.

    `url` is where the browser ended up, from the path on; `history` holds the redirects on the way there. What htmx
    is told to do is recorded in the `hx_...` properties and done by `Browser.follow`.
    """

    method: str
    url: str
    status: int
    headers: httpx.Headers
    content: bytes = field(repr=False)
    history: tuple["Answer", ...] = ()

    @property
    def path(self) -> str:
        """The URL's path, without the query."""
        return self.url.partition("?")[0]

    @cached_property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.content)

    @property
    def is_html(self) -> bool:
        """Whether there is HTML in it."""
        return (self._header("content-type") or "").startswith("text/html") and bool(self.content.strip())

    @cached_property
    def document(self) -> Document:
        """The parsed body, with what is wrong in its markup."""
        return parse(self.text)

    @property
    def page(self) -> Element:
        """The parsed body."""
        return self.document.root

    @property
    def main(self) -> str:
        """What a person reads in <main>; in the whole of a fragment."""
        return (self.page.find("main") or self.page).text

    @property
    def title(self) -> str:
        """The page's title."""
        title = self.page.find("title")
        return title.raw_text.strip() if title else ""

    @property
    def links(self) -> dict[str, str]:
        """Where each link leads, by its text; of several with one text, the first."""
        links: dict[str, str] = {}
        for link in self.page.all("a[href]"):
            links.setdefault(link.text, link.get("href"))
        return links

    @property
    def forms(self) -> list[Element]:
        """The forms, in document order."""
        return self.page.all("form")

    @property
    def hx_redirect(self) -> str | None:
        """Where htmx is to take the whole page."""
        return self._header("hx-redirect")

    @property
    def hx_location(self) -> str | None:
        """What htmx is to fetch and swap in next: a path."""
        location = self._header("hx-location")
        if location is not None and location.startswith("{"):
            return str(json.loads(location)["path"])
        return location

    @property
    def hx_refresh(self) -> bool:
        """Whether htmx is to load the page again."""
        return self._header("hx-refresh") == "true"

    @property
    def hx_url(self) -> str | None:
        """What the address bar is to show."""
        url = self._header("hx-push-url") or self._header("hx-replace-url")
        return None if url == "false" else url

    @property
    def hx_trigger(self) -> Mapping[str, Any]:
        """The events htmx is to fire, with their details."""
        header = self._header("hx-trigger") or ""
        if header.startswith("{"):
            return dict(json.loads(header))
        return {name.strip(): None for name in header.split(",") if name.strip()}

    def _header(self, name: str) -> str | None:
        value: str | None = self.headers.get(name)
        return value
