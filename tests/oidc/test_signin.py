"""Signing in at a provider, from the first redirect to tokens one can believe."""

import base64
import hashlib
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from tests.client.support import Clock
from tests.oidc.issuer import CLIENT, CLIENT_ID, ISSUER, Issuer, new_key, provider
from webapp.oidc import Begun, SignedIn, SignInFailed, begin, finish
from webapp.oidc.metadata import Metadata
from webapp.oidc.provider import Provider
from webapp.oidc.registration import Registration

CALLBACK = "https://app.test/-/oidc/callback"


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


async def begun_at(issuer: Issuer, **options: Any) -> tuple[Provider, Begun]:
    """A sign-in whose browser is at the issuer."""
    at = provider(issuer, **options)
    begun, url = await begin(at, redirect_uri=CALLBACK, where="/orders")
    issuer.note(url)
    return at, begun


async def signed_in(issuer: Issuer, **options: Any) -> SignedIn:
    return await finish(*await begun_at(issuer, **options), {"code": "c-1", "state": "any"})


async def why_not(issuer: Issuer, answer: dict[str, str] | None = None, **options: Any) -> str:
    """What a sign-in fails for."""
    at, begun = await begun_at(issuer, **options)
    with pytest.raises(SignInFailed) as failed:
        await finish(at, begun, answer or {"code": "c-1"})
    return failed.value.why


async def test_the_browser_is_sent_with_a_state_a_nonce_and_a_challenge_of_its_own(issuer: Issuer) -> None:
    at = provider(issuer)
    (first, url), (second, _) = [await begin(at, redirect_uri=CALLBACK, where="/") for _ in range(2)]

    query = dict(parse_qsl(urlsplit(url).query))
    digest = hashlib.sha256(first.verifier.encode()).digest()
    assert url.startswith(f"{ISSUER}/authorize?")
    assert query == {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "scope": "openid profile email offline_access",
        "state": first.state,
        "nonce": first.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    secrets = {first.state, first.nonce, first.verifier, second.state, second.nonce, second.verifier}
    assert len(secrets) == 6
    assert all(len(each) >= 43 for each in secrets)
    assert not any(each in repr(first) for each in secrets)


async def test_a_code_becomes_tokens_and_somebody_known(issuer: Issuer) -> None:
    signed = await signed_in(issuer)

    assert signed.tokens.access == "access-of-authorization_code"
    assert signed.tokens.refresh == "refresh-2"
    assert signed.name == "Ada"
    assert signed.identity is not None
    assert (signed.identity.owner, signed.identity.session) == (f"{ISSUER} ada", f"{ISSUER} s-1")
    (asked,) = [each for each in issuer.asked if each.url.path == "/token"]
    form = dict(parse_qsl(asked.content.decode()))
    assert {name: form[name] for name in ("grant_type", "code", "redirect_uri")} == {
        "grant_type": "authorization_code",
        "code": "c-1",
        "redirect_uri": CALLBACK,
    }
    assert len(form["code_verifier"]) >= 43
    assert "client_secret" not in form
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(b"web:s3cret%2F%2B").decode()


@pytest.mark.parametrize(
    ("methods", "secret", "in_form", "in_header"),
    [
        (["client_secret_post"], "s3cret", {"client_id", "client_secret"}, False),
        (["client_secret_post", "client_secret_basic"], "s3cret", set(), True),
        (["private_key_jwt"], "s3cret", set(), True),
        (["none"], None, {"client_id"}, False),
        (["client_secret_basic"], None, {"client_id"}, False),
    ],
)
async def test_the_token_endpoint_is_told_who_asks_as_it_wants_to_be(
    issuer: Issuer, methods: list[str], secret: str | None, in_form: set[str], in_header: bool
) -> None:
    issuer.about["token_endpoint_auth_methods_supported"] = methods

    await signed_in(issuer, registration=Registration(CLIENT_ID, secret))

    asked = next(each for each in issuer.asked if each.url.path == "/token")
    assert {"client_id", "client_secret"} & set(dict(parse_qsl(asked.content.decode()))) == in_form
    assert ("authorization" in asked.headers) is in_header


async def test_the_api_may_get_the_id_token_instead(issuer: Issuer) -> None:
    signed = await signed_in(issuer, registration=Registration(CLIENT_ID, bearer="id"))

    assert signed.tokens.access is not None
    assert signed.tokens.access.count(".") == 2
    assert signed.renewal is not None
    assert signed.renewal.token_field == "id_token"


async def test_an_audience_is_asked_for_where_one_is_set(issuer: Issuer) -> None:
    wishes = []
    for audience in ("https://api.test", "orders"):
        registration = Registration(CLIENT_ID, audience=audience, scopes=("openid", "orders:read"))
        _, url = await begin(provider(issuer, registration), redirect_uri=CALLBACK, where="/")
        wishes.append(dict(parse_qsl(urlsplit(url).query)))

    assert [(each.get("audience"), each.get("resource")) for each in wishes] == [
        ("https://api.test", "https://api.test"),
        ("orders", None),
    ]
    assert wishes[0]["scope"] == "openid orders:read offline_access"


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "issuer": ({"iss": "https://evil.test"}, "token"),
    "no issuer": ({"iss": ...}, "token"),
    "audience": ({"aud": "another"}, "token"),
    "no audience": ({"aud": ...}, "token"),
    "audience of none": ({"aud": []}, "token"),
    "audience that is no text": ({"aud": {"web": 1}}, "token"),
    "several audiences without a party": ({"aud": [CLIENT_ID, "another"]}, "token"),
    "party": ({"azp": "another"}, "token"),
    "party among several audiences": ({"aud": [CLIENT_ID, "another"], "azp": "another"}, "token"),
    "nonce": ({"nonce": "another"}, "token"),
    "no nonce": ({"nonce": ...}, "token"),
    "subject": ({"sub": ""}, "token"),
    "no subject": ({"sub": ...}, "token"),
    "subject that is no text": ({"sub": 7}, "token"),
    "hash of the access token": ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "token"),
    "no end": ({"exp": ...}, "token"),
    "end that is no time": ({"exp": "tomorrow"}, "token"),
    "past end": ({"exp": int(time.time()) - 3600}, "clock"),
    "future beginning": ({"iat": int(time.time()) + 3600}, "clock"),
    "not before": ({"nbf": int(time.time()) + 3600}, "clock"),
    "end that is infinite": ({"exp": float("inf")}, "token"),
    "end that is true": ({"exp": True}, "token"),
}


@pytest.mark.parametrize(("claims", "why"), WRONG.values(), ids=WRONG)
async def test_an_id_token_that_says_anything_wrong_lets_nobody_in(
    issuer: Issuer, claims: dict[str, Any], why: str
) -> None:
    issuer.claims = claims

    assert await why_not(issuer) == why


async def test_clocks_may_differ_by_two_minutes(issuer: Issuer) -> None:
    for claims in ({"exp": int(time.time()) - 100}, {"iat": int(time.time()) + 100}):
        issuer.claims = claims
        assert (await signed_in(issuer)).name == "Ada"


async def test_several_audiences_are_fine_where_we_are_the_party(issuer: Issuer) -> None:
    issuer.claims = {"aud": ["another", CLIENT_ID], "azp": CLIENT_ID}

    assert (await signed_in(issuer)).name == "Ada"


def _unsigned(claims: dict[str, Any]) -> str:
    parts = [json.dumps({"alg": "none", "kid": "k1"}), json.dumps(claims)]
    return ".".join(base64.urlsafe_b64encode(each.encode()).decode().rstrip("=") for each in parts) + "."


async def test_a_signature_that_anybody_could_make_lets_nobody_in(issuer: Issuer) -> None:
    at, begun = await begun_at(issuer)
    good = issuer.id_token()
    claims = {"iss": ISSUER, "sub": "ada", "aud": CLIENT_ID, "nonce": begun.nonce, "iat": 1, "exp": 4_000_000_000}
    public = json.dumps(issuer.key.as_dict(private=False))
    by_secret = jwt.encode({"alg": "HS256", "kid": "k1"}, claims, OctKey.import_key("s3cret/+" * 5))
    by_public_key = jwt.encode({"alg": "HS256", "kid": "k1"}, claims, OctKey.import_key(public))
    stranger = jwt.encode({"alg": "ES256", "kid": "k1"}, claims, new_key("k1"))
    head, body, signature = good.split(".")
    forged = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "root"}).encode()).decode().rstrip("=")
    for token in (
        _unsigned(claims),
        by_secret,
        by_public_key,
        stranger,
        f"{head}.{forged}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-4]}AAAA",
        good[:-1],
        "x",
        "",
        "..",
        "a.b.c",
        good * 200,
    ):
        issuer.tokens = {"id_token": token}
        with pytest.raises(SignInFailed) as failed:
            await finish(at, begun, {"code": "c-1"})
        assert failed.value.why == "token", token[:40]


async def test_what_is_no_id_token_lets_nobody_in(issuer: Issuer) -> None:
    for token in (None, 7, ["x"], {"a": 1}):
        issuer.tokens = {"id_token": token}
        assert await why_not(issuer) == "token"


async def test_an_answer_is_only_taken_from_the_provider_itself(issuer: Issuer) -> None:
    assert await why_not(issuer, {"code": "c-1", "iss": "https://evil.test"}) == "mixed-up"
    issuer.about["authorization_response_iss_parameter_supported"] = True
    assert await why_not(issuer, {"code": "c-1"}) == "mixed-up"
    assert (await finish(*await begun_at(issuer), {"code": "c-1", "iss": ISSUER})).name == "Ada"


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("access_denied", "denied"),
        ("login_required", "asks-more"),
        ("interaction_required", "asks-more"),
        ("temporarily_unavailable", "down"),
        ("server_error", "down"),
        ("invalid_scope", "setup"),
        ("unauthorized_client", "setup"),
        ("<script>\n", "setup"),
    ],
)
async def test_what_the_provider_says_instead_of_a_code_has_its_meaning(issuer: Issuer, error: str, why: str) -> None:
    assert await why_not(issuer, {"error": error, "error_description": "x"}) == why
    assert all(each.url.path != "/token" for each in issuer.asked)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (httpx.Response(400, json={"error": "invalid_grant"}), "code"),
        (httpx.Response(400, json={"error": "invalid_request"}), "code"),
        (httpx.Response(400, json={"error": "invalid_client"}), "setup"),
        (httpx.Response(401, json={"error": "invalid_client"}), "setup"),
        (httpx.Response(404), "setup"),
        (httpx.Response(302, headers={"Location": "https://evil.test/"}), "setup"),
        (httpx.Response(429), "down"),
        (httpx.Response(500), "down"),
        (httpx.Response(503), "down"),
        (httpx.ConnectError("refused"), "down"),
        (httpx.ReadTimeout("slow"), "down"),
        (httpx.Response(200, text="<html>", headers={"Content-Type": "text/html"}), "token"),
        (httpx.Response(200, json=[]), "token"),
        (httpx.Response(200, json={}), "setup"),
        (httpx.Response(200, json={"access_token": "x" * 20_000}), "setup"),
    ],
)
async def test_each_answer_of_the_token_endpoint_has_its_meaning(
    issuer: Issuer, answer: httpx.Response | Exception, why: str
) -> None:
    issuer.documents["/token"] = answer

    assert await why_not(issuer) == why


async def test_an_answer_without_a_code_is_none(issuer: Issuer) -> None:
    assert await why_not(issuer, {"state": "x"}) == "setup"


async def test_the_name_is_asked_for_where_the_token_has_none_and_only_of_the_same_person(issuer: Issuer) -> None:
    issuer.claims = {"name": ...}
    assert (await signed_in(issuer)).name == "Ada of the userinfo"
    issuer.claims = {"name": ..., "sub": "bob"}
    assert (await signed_in(issuer)).name == ""
    issuer.claims = {"name": 7, "preferred_username": "  ", "email": "ada@example.com"}
    assert (await signed_in(issuer)).name == "ada@example.com"


async def test_a_provider_changes_its_key_and_is_believed_at_once(issuer: Issuer) -> None:
    clock = Clock()
    at = provider(issuer, clock=clock)

    async def sign_in() -> SignedIn:
        begun, url = await begin(at, redirect_uri=CALLBACK, where="/")
        issuer.note(url)
        return await finish(at, begun, {"code": "c-1"})

    await sign_in()
    clock.advance(60)
    issuer.key = new_key("k2")
    issuer.keys.append(issuer.key)
    await sign_in()
    await sign_in()

    assert [each.url.path for each in issuer.asked].count("/jwks") == 2


async def test_plain_oauth_2_knows_nobody_and_lets_the_api_tell(issuer: Issuer) -> None:
    plain = Metadata("", f"{ISSUER}/authorize", f"{ISSUER}/token")
    at = provider(issuer, Registration(CLIENT_ID), url="", endpoints=plain, scopes=("read",))
    begun, url = await begin(at, redirect_uri=CALLBACK, where="/")
    query = issuer.note(url)

    signed = await finish(at, begun, {"code": "c-1"})

    assert (query["scope"], "nonce" in query) == ("read", False)
    assert (signed.identity, signed.name) == (None, "")
    assert signed.tokens.access == "access-of-authorization_code"


async def test_what_was_begun_in_one_process_is_finished_in_another_by_what_is_written_down(issuer: Issuer) -> None:
    _, begun = await begun_at(issuer)
    written = json.dumps(begun.dump())

    signed = await finish(provider(issuer), Begun.load(json.loads(written)), {"code": "c-1"})

    assert Begun.load(json.loads(written)) == begun
    assert signed.identity is not None
    assert signed.identity.subject == "ada"
    assert all(secret in written for secret in (begun.state, begun.nonce, begun.verifier))


@pytest.mark.parametrize(
    "changed", [{"issuer": "https://other.test"}, {"registration": Registration("another", "other-secret")}]
)
async def test_what_was_begun_at_another_provider_is_not_told_this_ones_secret(
    issuer: Issuer, changed: dict[str, Any]
) -> None:
    _, begun = await begun_at(issuer)
    here = provider(issuer, changed.get("registration", CLIENT), url=changed.get("issuer", ISSUER))

    with pytest.raises(SignInFailed) as failed:
        await finish(here, begun, {"code": "c-1"})

    assert failed.value.why == "lost"
    assert "/token" not in {each.url.path for each in issuer.asked}


@pytest.mark.parametrize(
    "changed",
    [
        lambda begun: {name: value for name, value in begun.items() if name != "verifier"},
        lambda begun: {name: value for name, value in begun.items() if name != "metadata"},
        lambda begun: {**begun, "more": 1},
        lambda begun: {**begun, "metadata": None},
        lambda begun: {**begun, "metadata": {**begun["metadata"], "more": 1}},
    ],
)
async def test_what_another_version_has_begun_can_not_be_read(issuer: Issuer, changed: Callable[..., Any]) -> None:
    _, begun = await begun_at(issuer)

    with pytest.raises(ValueError, match="version"):
        Begun.load(changed(begun.dump()))
