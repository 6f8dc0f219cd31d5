import base64
import random
import string
import unicodedata
from collections.abc import Callable
from urllib.parse import quote

import pytest

from webapp.sessions.cookie import SessionCookie, new_id

OLD, NEW = "o" * 32, "n" * 32
WIDE = {ord(each): ord(each) + 0xFEE0 for each in string.ascii_letters + string.digits + "."}
"""Letters that some normal forms turn into those that they look like."""


def cookie(*keys: str) -> SessionCookie:
    return SessionCookie(keys or (NEW,), name="webapp_session", max_age=60.0)


def find(headers: list[tuple[bytes, bytes]]) -> list[str]:
    return list(cookie().find(headers, secure=False, path="/"))


def header(*pairs: str) -> list[tuple[bytes, bytes]]:
    return [(b"accept", b"*/*"), (b"cookie", "; ".join(pairs).encode())]


def test_an_id_has_256_random_bits() -> None:
    ids = {new_id() for _ in range(1000)}

    assert len(ids) == 1000
    assert {len(each) for each in ids} == {43}


def test_a_signed_id_is_found_again() -> None:
    signed = cookie().sign("abc")

    assert cookie().verify(signed) == "abc"
    assert find(header("x=1", f"webapp_session={signed}", "y=2")) == ["abc"]


def mutations(signed: str) -> set[str]:
    """Whatever a signed id may become by one step, and some that take more."""
    dice = random.Random(7)
    alphabet = string.ascii_letters + string.digits + "-_.=+/%é \x00\uff0e\u2024"
    made = {signed[:at] for at in range(len(signed))} | {signed[at:] for at in range(1, len(signed))}
    for at in range(len(signed)):
        made |= {signed[:at] + each + signed[at + 1 :] for each in alphabet}
        made |= {signed[:at] + each + signed[at:] for each in alphabet}
        made.add(signed[:at] + signed[at + 1 :])
        made.add(signed[:at] + f"%{ord(signed[at]):02x}" + signed[at + 1 :])
        made |= {
            signed[:at] + signed[to] + signed[at + 1 : to] + signed[at] + signed[to + 1 :]
            for to in range(at + 1, len(signed))
        }
    session_id, _, signature = signed.rpartition(".")
    other_id, _, other_signature = cookie().sign("other").rpartition(".")
    bits = base64.urlsafe_b64decode(signature + "=")
    made |= {f"{session_id}.{other_signature}", f"{other_id}.{signature}", f"{signature}.{session_id}"}
    made |= {
        f"{session_id}.{bits.hex()}",
        f"{session_id}.{base64.b64encode(bits).decode()}",
        f"{session_id}.{signature}=",
    }
    made |= {signed + pad for pad in ("=", "==", "===", " ", "\t", ".", "\x00", ";", ",", "\r\n", "\ufeff")}
    made |= {
        signed.upper(),
        signed.lower(),
        f" {signed}",
        f'"{signed}"',
        quote(signed, safe=""),
        signed * 2,
        "",
        ".",
        "a.",
    }
    made |= {unicodedata.normalize(form, signed.translate(WIDE)) + "\u200b" for form in ("NFC", "NFD")}
    made.add(signed.translate(WIDE))
    made |= {"".join(dice.choices(alphabet, k=dice.randrange(0, 120))) for _ in range(3000)}
    return made - {signed}


def test_no_mutation_of_a_signed_id_is_accepted(figure: Callable[[str], None]) -> None:
    tried = mutations(cookie().sign(new_id()))

    accepted = [each for each in tried if cookie().verify(each) is not None]

    assert len(tried) > 10_000
    assert accepted == []
    figure(f"{len(accepted)} of {len(tried):,} mutated cookies accepted")


def test_another_spelling_of_the_same_signature_is_refused() -> None:
    # The last character of a 43-character base64 text has two spare bits: four characters decode to the same bytes.
    signed = cookie().sign("abc")
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    spellings = {signed[:-1] + each for each in alphabet} - {signed}

    assert {cookie().verify(each) for each in spellings} == {None}


def test_an_older_key_verifies_and_the_newest_signs() -> None:
    before = cookie(OLD).sign("abc")

    assert cookie(NEW, OLD).verify(before) == "abc"
    assert cookie(NEW, OLD).sign("abc") == cookie(NEW).sign("abc") != before


def test_a_dropped_key_no_longer_verifies() -> None:
    assert cookie(NEW).verify(cookie(OLD).sign("abc")) is None


def test_a_planted_cookie_of_the_same_name_does_not_hide_the_real_one() -> None:
    real = f"webapp_session={cookie().sign('real')}"

    assert find(header("webapp_session=planted", real)) == ["real"]
    assert find([*header("webapp_session=planted"), (b"cookie", real.encode())]) == ["real"]
    assert find(header(f"webapp_session={cookie().sign('stale')}", real)) == ["stale", "real"]


@pytest.mark.parametrize(
    "pairs", [[], ["other=1"], ["webapp_session"], ["webapp_session="], ["webapp_session=abc"], ["webapp_session=\xe9"]]
)
def test_without_a_verified_cookie_there_is_no_id(pairs: list[str]) -> None:
    assert find(header(*pairs)) == []
    assert find([]) == []


@pytest.mark.parametrize(
    ("secure", "path", "name"),
    [
        (False, "/", "webapp_session"),
        (False, "/ui", "webapp_session"),
        (True, "/", "__Host-webapp_session"),
        (True, "/ui", "__Secure-webapp_session"),
    ],
)
def test_over_https_the_name_says_what_browsers_enforce(secure: bool, path: str, name: str) -> None:
    written = cookie().write("abc", secure=secure, path=path)

    assert written.startswith(f"{name}=abc.")
    attributes = written.split("; ")[1:]
    assert attributes == ["Max-Age=60", f"Path={path}", "HttpOnly", "SameSite=Lax", *(["Secure"] if secure else [])]
    assert len(written) < 200


def test_a_cookie_is_taken_back_under_the_name_and_path_it_was_given() -> None:
    assert cookie().delete(secure=True, path="/") == (
        "__Host-webapp_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure"
    )


def test_what_another_release_has_signed_is_still_verified() -> None:
    """An upgrade signs nobody out: the way of signing is as fixed as the key."""
    assert cookie().verify("abc.nVf6CrVunYvRWVvdkSCJo8I-sPniy51Qz_vApDp74UQ") == "abc"


def test_an_id_may_hold_a_dot_and_a_value_no_second_name() -> None:
    signed = cookie().sign("a.b")

    assert find(header(f"webapp_session={signed}")) == ["a.b"]
    assert find(header(f"webapp_session=x={signed}")) == []


def test_over_https_only_the_name_that_browsers_guard_is_looked_for() -> None:
    value = cookie().sign("abc")
    sent = header(f"webapp_session={value}")
    guarded = header(f"__Host-webapp_session={value}")
    below = header(f"__Secure-webapp_session={value}")

    assert list(cookie().find(sent, secure=True, path="/")) == []
    assert list(cookie().find(guarded, secure=True, path="/")) == ["abc"]
    assert list(cookie().find(guarded, secure=False, path="/")) == []
    assert list(cookie().find(below, secure=True, path="/ui")) == ["abc"]
    assert list(cookie().find(guarded, secure=True, path="/ui")) == []
