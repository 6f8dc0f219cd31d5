"""What providers say about themselves, and what of it is believed."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.support import Clock
from tests.oidc.issuer import ISSUER, Issuer, provider
from webapp.oidc import SignInFailed
from webapp.oidc.metadata import Metadata, discovery_url, is_url, read_metadata

URL = f"{ISSUER}/.well-known/openid-configuration"


def test_a_document_says_where_everything_is() -> None:
    found = read_metadata(Issuer().metadata(), URL)

    assert (found.issuer, found.token_endpoint, found.jwks_uri) == (ISSUER, f"{ISSUER}/token", f"{ISSUER}/jwks")
    assert found.algorithms == {"ES256", "RS256", "HS256", "none"}
    assert found.scopes == {"openid", "offline_access"}
    assert not found.sends_issuer


@pytest.mark.parametrize(
    ("issuer", "url"),
    [
        ("https://id.test", URL),
        ("https://id.test/", URL),
        ("https://id.test/realms/x", "https://id.test/realms/x/.well-known/openid-configuration"),
        (URL, URL),
        (
            "https://id.test/.well-known/openid-configuration?p=b2c",
            "https://id.test/.well-known/openid-configuration?p=b2c",
        ),
    ],
)
def test_an_issuer_or_its_document_may_be_named(issuer: str, url: str) -> None:
    assert discovery_url(issuer) == url


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.test"},
        {"issuer": None},
        {"issuer": 7},
        {"token_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": "/jwks"},
        {"jwks_uri": "file:///etc/passwd"},
        {"token_endpoint": "http://id.test/token"},
        {"end_session_endpoint": "http://id.test/end"},
        {"end_session_endpoint": ["https://id.test/end"]},
        {"userinfo_endpoint": "https://user:pass@id.test/"},
        {"userinfo_endpoint": "https://id.test/#part"},
        {"userinfo_endpoint": "https://id.test\\@evil.test/"},
        {"userinfo_endpoint": "https://id.test/\r\nX: y"},
        {"userinfo_endpoint": "https://id.test:port/"},
        {"userinfo_endpoint": "https:///path"},
        {"userinfo_endpoint": "https://id.test/" + "x" * 3000},
    ],
)
def test_a_document_that_says_anything_else_is_none(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="it"):
        read_metadata({**Issuer().metadata(), **change}, URL)


def test_a_provider_on_plain_http_may_have_endpoints_there() -> None:
    document = dict.fromkeys(("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"), "http://id:8080/x")

    assert read_metadata(document, "http://id:8080/configuration").token_endpoint == "http://id:8080/x"


TEXTS = st.one_of(st.none(), st.integers(), st.text(), st.just(ISSUER), st.from_regex(r"https?://[a-z@:/?#\\%\[\]]*"))
DOCUMENTS = st.one_of(
    TEXTS,
    st.lists(TEXTS),
    st.dictionaries(
        st.sampled_from([*Issuer().metadata(), "token_endpoint_auth_methods_supported", "x"]),
        st.one_of(TEXTS, st.lists(TEXTS), st.dictionaries(st.text(), TEXTS)),
    ),
)


@given(document=DOCUMENTS, whole=st.booleans())
def test_no_document_does_anything_but_be_read_or_refused(document: Any, whole: bool) -> None:
    if whole and isinstance(document, dict):
        document = {**Issuer().metadata(), **document}
    try:
        found = read_metadata(document, URL)
    except ValueError:
        return
    assert found.issuer.rstrip("/") == ISSUER
    assert all(each.startswith("https://") and is_url(each) for each in (found.token_endpoint, found.jwks_uri))


async def test_a_document_is_read_once_and_again_after_an_hour() -> None:
    issuer, clock = Issuer(), Clock()
    at = provider(issuer, clock=clock)

    for _ in range(3):
        await at.metadata()
    assert len(issuer.asked) == 1
    clock.advance(3600)
    issuer.documents["/.well-known/openid-configuration"] = httpx.Response(503)
    assert (await at.metadata()).issuer == ISSUER
    assert len(issuer.asked) == 2


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (httpx.Response(404), "down"),
        (httpx.Response(503), "down"),
        (httpx.ConnectError("refused"), "down"),
        (httpx.Response(302, headers={"Location": "https://evil.test/"}), "down"),
        (httpx.Response(200, text="<html>", headers={"Content-Type": "text/html"}), "setup"),
        (httpx.Response(200, text="{", headers={"Content-Type": "application/json"}), "down"),
        (httpx.Response(200, json={"issuer": "https://evil.test"}), "setup"),
        (httpx.Response(200, content=b"[" * 2_000_000, headers={"Content-Type": "application/json"}), "down"),
    ],
)
async def test_a_document_that_cant_be_had_is_not_asked_for_by_everybody(
    answer: httpx.Response | Exception, why: str
) -> None:
    issuer, clock = Issuer(), Clock()
    issuer.documents["/.well-known/openid-configuration"] = answer
    at = provider(issuer, clock=clock)

    for _ in range(3):
        with pytest.raises(SignInFailed) as failed:
            await at.metadata()
        assert failed.value.why == why
    assert {each.url.host for each in issuer.asked} == {"id.test"}
    asked = len(issuer.asked)
    issuer.documents.clear()
    clock.advance(5)
    assert (await at.metadata()).issuer == ISSUER
    assert (asked, len(issuer.asked)) == (asked, asked + 1)
    assert asked <= 2  # a connection that fails is tried twice


def test_what_a_provider_is_called() -> None:
    from webapp.oidc.registration import Registration

    unnamed = Registration("web")
    plain = Metadata("", "https://accounts.test/authorize", "https://accounts.test/token")
    assert provider(Issuer()).name == "Example ID"
    assert provider(Issuer(), unnamed).name == "id.test"
    assert provider(Issuer(), unnamed, url="", endpoints=plain).name == "accounts.test"
