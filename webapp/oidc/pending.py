"""
What browsers have begun at somebody else's, kept here until they are back.

A browser is known by a random id in a cookie of its own, so nobody can have another's browser finish what they have
begun, which is how one would be signed in as somebody else without noticing (RFC 6749, 10.12). Each beginning is
finished once, and within minutes; several may be open at once, one in each tab. How many is bounded for a browser, for
an address, and for all together.
"""

from collections.abc import Sequence

from webapp.oidc.flows import SECONDS, Flow, Flows, Value
from webapp.sessions.cookie import mount_path, new_id, prefixed, set_cookie, values_in
from webapp.settings import is_https

MOST_SENT = 4
"""Ids that one browser is asked by: others can plant cookies, as many as they like."""


class Pending:
    """
    What all browsers have begun, kept in `flows`, and the cookie called `name` by which a browser finds its own.

    Raises StoreUnavailable where `flows` does.
    """

    def __init__(self, name: str, flows: Flows, *, https: bool | None = None) -> None:
        self._name = name
        self._flows = flows
        self._https = https

    async def keep(
        self,
        cookie_header: str,
        kind: str,
        key: str,
        value: Value,
        *,
        scheme: str,
        root_path: str,
        address: str = "",
    ) -> str:
        """
        Keep a value under a key that comes back; returns the Set-Cookie header that the browser has to get.

        `cookie_header` is what it has sent; `address` is where it came from, empty where nobody knows.
        """
        browser = new_id()
        for sent in self._sent(cookie_header, scheme, root_path):
            if await self._flows.knows(sent):
                browser = sent
                break
        await self._flows.keep(Flow(browser, kind, key), value, address=address)
        secure, path = is_https(self._https, scheme), mount_path(root_path)
        return set_cookie(self._name, browser, SECONDS, secure=secure, path=path)

    async def has(self, cookie_header: str, kind: str, key: str, *, scheme: str, root_path: str) -> bool:
        """Whether this very browser has begun something of this kind under this key."""
        for sent in self._sent(cookie_header, scheme, root_path):
            if await self._flows.has(Flow(sent, kind, key)):
                return True
        return False

    async def take(self, cookie_header: str, kind: str, key: str, *, scheme: str, root_path: str) -> Value | None:
        """What this very browser has begun under this key, once; None for any other, and where it took too long."""
        for sent in self._sent(cookie_header, scheme, root_path):
            if (value := await self._flows.take(Flow(sent, kind, key))) is not None:
                return value
        return None

    async def only(self, cookie_header: str, kind: str, *, scheme: str, root_path: str) -> Value | None:
        """
        What this very browser has under way, if that is one thing of its kind; it stays.

        For answers that don't say what they answer. Another site can have a browser bring one, so none ends anything.
        """
        values = [
            value
            for sent in self._sent(cookie_header, scheme, root_path)
            for value in await self._flows.of_browser(sent, kind)
        ]
        return values[0] if len(values) == 1 else None

    def _sent(self, cookie_header: str, scheme: str, root_path: str) -> Sequence[str]:
        name = prefixed(self._name, secure=is_https(self._https, scheme), path=mount_path(root_path))
        return list(dict.fromkeys(values_in(cookie_header, name)))[:MOST_SENT]
