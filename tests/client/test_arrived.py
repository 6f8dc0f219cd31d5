"""An answer in httpx's dress is what httpx makes of it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.client.arrived import ArrivedHeaders

NAMES = st.sampled_from(["content-type", "set-cookie", "x-a", "etag"])
VALUES = st.one_of(st.sampled_from([b"", b"a", b"a, b", "é".encode(), "é".encode("latin-1")]), st.binary(max_size=5))
RAW = st.lists(st.tuples(NAMES.map(str.encode), VALUES), max_size=6)

LOOKS: dict[str, Callable[[httpx.Headers, str], Any]] = {
    "get": lambda headers, name: headers.get(name),
    "get or": lambda headers, name: headers.get(name.upper(), "none"),
    "in": lambda headers, name: (name in headers, name.title() in headers),
    "get_list": lambda headers, name: headers.get_list(name),
    "items": lambda headers, _: list(headers.items()),
    "raw": lambda headers, _: (headers.raw, len(headers), headers.encoding),
    "copy": lambda headers, name: httpx.Headers(headers).get(name),
    "equal": lambda headers, _: headers == httpx.Headers(headers.raw),
}


@given(RAW, st.lists(st.tuples(st.sampled_from(sorted(LOOKS)), NAMES), max_size=5))
def test_headers_look_as_those_of_httpx_however_they_are_looked_at(
    raw: list[tuple[bytes, bytes]], looks: list[tuple[str, str]]
) -> None:
    ours, theirs = ArrivedHeaders(raw), httpx.Headers(raw)
    for look, name in looks:
        assert LOOKS[look](ours, name) == LOOKS[look](theirs, name)


def test_headers_that_are_changed_are_changed_for_good() -> None:
    headers = ArrivedHeaders([(b"etag", b"x"), (b"link", b"y")])
    assert headers["ETag"] == "x"
    headers["etag"] = "z"
    del headers["link"]

    assert (headers["etag"], headers.get("link"), "link" in headers) == ("z", None, False)


def test_a_header_that_is_missing_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        ArrivedHeaders([(b"etag", b"x")])["link"]
    with pytest.raises(AttributeError):
        ArrivedHeaders([]).nothing  # noqa: B018
