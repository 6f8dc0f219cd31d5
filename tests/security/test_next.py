"""Whatever `next` holds, what comes of it is a path on this site, as browsers and everybody on the way read it."""

import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.security.redirectpayloads import FINE, HOSTS, SCHEMES, SLASHES
from webapp.html.urls import MAX_NEXT, safe_next

PIECES = st.one_of(
    st.sampled_from(
        [*SLASHES, *HOSTS, *SCHEMES, *FINE, "%", "%2", "%2f", "%5c", "%25", "?", "#", "@", ":", "..", ".", "\ud800"]
    ),
    st.characters(),
    st.text(max_size=5),
)
WHERE = st.lists(PIECES, max_size=8).map("".join)

_DROPPED = re.compile(r"[\t\n\r]")
_STRIPPED = "".join(map(chr, range(0x21)))


def leads_elsewhere(address: str) -> bool:
    """By the WHATWG's parser, as far as it concerns what a base's host is replaced by."""
    seen = _DROPPED.sub("", address.strip(_STRIPPED)).replace("\\", "/")
    return seen.startswith("//") or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", seen) is not None


def judge(where: str) -> None:
    """Raises where the path isn't one of ours."""
    path = safe_next(where, default="/default")
    assert path.startswith("/")
    assert path.isascii()
    assert path.isprintable()
    assert len(where) <= MAX_NEXT or path == "/default"
    reading = path
    for _ in range(3):
        assert not leads_elsewhere(reading)
        reading = unquote(reading.partition("?")[0].partition("#")[0])


def _fuzz(examples: int) -> None:
    quick = settings(max_examples=examples, suppress_health_check=list(HealthCheck), database=None)
    quick(given(WHERE)(judge))()


def test_no_address_that_can_be_made_up_leads_elsewhere(figure: Callable[[str], None]) -> None:
    _fuzz(2_000)
    figure("2,000 made-up addresses, 0 lead elsewhere, 0 uncaught")


@pytest.mark.nightly
def test_no_address_of_a_million_leads_elsewhere(figure: Callable[[str], None]) -> None:
    _fuzz(1_000_000)
    figure("1,000,000 made-up addresses, 0 lead elsewhere, 0 uncaught")
