"""The count of rounds between signing in and being sent to do so again."""

import pytest
from itsdangerous import TimestampSigner

from webapp.sessions.bounces import SECONDS, Bounces

OLD, NEW = "o" * 32, "n" * 32


def bounces(*keys: str) -> Bounces:
    return Bounces(keys or (NEW,), name="bounces")


def sent(*pairs: str) -> list[tuple[bytes, bytes]]:
    return [(b"accept", b"*/*"), (b"cookie", "; ".join(pairs).encode("utf-8"))]


def value(count: int, *keys: str) -> str:
    return bounces(*keys).write(count, secure=False, path="/").partition(";")[0]


def test_a_count_is_read_as_it_was_written_among_other_cookies() -> None:
    assert bounces().count(sent("a=bounces", value(2), "b=1")) == 2
    assert bounces().count(sent("a=1")) == 0
    assert bounces().count([]) == 0


def test_of_several_counts_the_highest_holds() -> None:
    assert bounces().count([*sent(value(1)), *sent(value(3), value(2))]) == 3


def test_an_older_key_counts_yet_and_a_dropped_one_does_not() -> None:
    assert bounces(NEW, OLD).count(sent(value(2, OLD))) == 2
    assert bounces(NEW).count(sent(value(2, OLD))) == 0


@pytest.mark.parametrize("forged", ["bounces=3", "bounces=3.a.b", "bounces=", "bounces=\u00e9.\u20ac.x", "bounces"])
def test_what_was_not_signed_here_counts_for_nothing(forged: str) -> None:
    assert bounces().count(sent(forged)) == 0
    assert bounces().count(sent(f"other={value(3).partition('=')[2]}")) == 0
    assert bounces().count(sent(f"bounces=x={value(3).partition('=')[2]}")) == 0


def test_it_counts_for_two_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    written, now = value(3), TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda signer: now(signer) + SECONDS + 1)

    assert bounces().count(sent(written)) == 0


@pytest.mark.parametrize("secure", [True, False])
def test_the_cookie_is_for_no_script_and_holds_for_two_minutes(secure: bool) -> None:
    written = bounces().write(1, secure=secure, path="/ui")

    ending = "; Secure" if secure else ""
    assert written.endswith(f"; Max-Age=120; Path=/ui; HttpOnly; SameSite=Lax{ending}")


def test_counts_are_signed_as_they_were_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgrade, or the process beside this one, reads what another has written."""
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: 1_800_000_000)

    assert value(3) == "bounces=3.a0nSAA.BZvXJ7EtfNsdsutsXUFAjWmIcV942nBHYB58DLSkmEY"
    assert bounces().count(sent(value(3))) == 3
