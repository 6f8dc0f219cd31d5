"""`Accept-Encoding` (RFC 9110, 12.5.3), read as browsers, proxies and scripts write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.codings import Chooser, Coding
from webapp.codings.accepted import MOST_KEPT


def named(name: str) -> Coding:
    """A coding that is only chosen."""
    return Coding(name, bytes, bytes, lambda: lambda piece, last: piece)


OFFERED = tuple(named(name) for name in ("br", "zstd", "gzip"))


def choose(accepted: str | None) -> str | None:
    """The name of what is chosen."""
    chosen = Chooser(OFFERED).choose(accepted)
    return chosen.name if chosen else None


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        (None, None),
        ("", None),
        ("identity", None),
        ("deflate", None),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate, zstd", "zstd"),
        ("gzip,deflate,br;q=0", "gzip"),
        ("br;q=0.5, gzip", "gzip"),
        ("br;q=0.5,gzip;q=0.50", "br"),
        ("gzip;q=0.001", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.000", None),
        ("gzip ; Q=0", None),
        ("*", "br"),
        ("*;q=0", None),
        ("*, br;q=0", "zstd"),
        ("gzip, *;q=0", "gzip"),
        ("*;q=0.1, gzip;q=0.2", "gzip"),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip", "gzip"),
        ("identity, gzip", "gzip"),
        ("identity;q=0", None),
        ("  gzip  ,,  ", "gzip"),
        ("gzip;q=2", None),
        ("gzip;q=-1, br;q=high, zstd;q=0.9", "zstd"),
        ("gzip;level=9", None),
        ("gzipped, brotli", None),
    ],
)
def test_what_the_browser_likes_best_is_chosen_and_of_equals_what_makes_pages_smallest(
    accepted: str | None, chosen: str | None
) -> None:
    assert choose(accepted) == chosen


QUALITIES = st.one_of(st.just(1.0), st.integers(0, 1000).map(lambda thousandths: thousandths / 1000))


@given(st.dictionaries(st.sampled_from(["br", "zstd", "gzip", "identity", "deflate", "*"]), QUALITIES))
def test_nothing_is_chosen_that_was_refused_or_that_is_liked_less_than_another(weights: dict[str, float]) -> None:
    chosen = choose(", ".join(f"{name};q={weight:.3f}" for name, weight in weights.items()))

    def weight(name: str) -> float:
        return weights.get(name, weights.get("*", 0.0))

    if chosen is None:
        assert all(weight(coding.name) == 0 or weight(coding.name) < weights.get("identity", 0) for coding in OFFERED)
    else:
        assert weight(chosen) > 0
        assert weight(chosen) >= max(weight(coding.name) for coding in OFFERED)
        assert weight(chosen) >= weights.get("identity", 0)


@given(st.text())
def test_any_value_is_read(accepted: str) -> None:
    assert choose(accepted) in {None, "br", "zstd", "gzip"}


def test_a_stranger_can_not_make_it_remember_without_end() -> None:
    chooser = Chooser(OFFERED)

    for number in range(MOST_KEPT * 3):
        assert chooser.choose(f"gzip, made-up-{number}") is OFFERED[2]

    assert len(chooser._kept) == MOST_KEPT
