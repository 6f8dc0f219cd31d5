"""
An answer as the connection has it, in the dress of httpx's.

Everything above is written for httpx's response and headers, since any transport of httpx's may stand below. To make
one takes longer than to parse what it's made of, so these are made of no more than what is looked at.
"""

from collections.abc import AsyncIterator, ItemsView
from typing import Any

import httpx

from webapp.client.exchange import Exchange, Headers


class ArrivedHeaders(httpx.Headers):
    """Headers whose names are in lower case; a value that is looked up is found without what httpx makes of all."""

    def __init__(self, arrived: Headers) -> None:
        self._arrived = arrived
        self._last = dict(arrived)
        self._is_single = len(self._last) == len(arrived)

    def __getattr__(self, name: str) -> Any:
        # What httpx keeps is made when its methods first ask for it, and may be changed from then on.
        if name not in ("_list", "_encoding"):
            raise AttributeError(name)
        super().__init__(self._arrived)
        return self.__dict__[name]

    def __getitem__(self, key: str) -> str:
        if "_list" not in self.__dict__ and self._is_single:
            value = self._last[key.lower().encode()]
            if value.isascii():
                return value.decode("ascii")
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        if "_list" not in self.__dict__ and isinstance(key, str):
            return key.lower().encode() in self._last
        return super().__contains__(key)

    def items(self) -> ItemsView[str, str]:
        """The names with their values."""
        if "_list" not in self.__dict__ and self._is_single:
            try:
                return {name.decode("ascii"): value.decode("ascii") for name, value in self._arrived}.items()
            except UnicodeDecodeError:
                pass
        return super().items()

    def get(self, key: str, default: Any = None) -> Any:
        """The value, or the default."""
        try:
            return self[key]
        except KeyError:
            return default


class ArrivedStream(httpx.AsyncByteStream):
    """An answer's body, as httpx has it."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._exchange.pieces()

    async def aclose(self) -> None:
        """Want no more of it."""
        self._exchange.close()


class Arrived(httpx.Response):
    """
    What the client uses of a response: its status, its headers, its stream and where it was asked for.

    httpx's own state, which reads and decodes a body, is left out.
    """

    def __init__(self, exchange: Exchange, method: str, url: httpx.URL) -> None:
        self.exchange = exchange
        self.status_code = exchange.status
        self.headers = ArrivedHeaders(exchange.headers)
        self.stream = ArrivedStream(exchange)
        self._asked = (method, url)

    @property  # type: ignore[misc]
    def request(self) -> httpx.Request:
        return httpx.Request(*self._asked)

    async def aclose(self) -> None:
        """Want no more of it."""
        self.exchange.close()
