"""What "not signed in" looks like besides a 401: answers of real APIs, and answers that only look alike."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from webapp.client.lost import is_somebody, may_mean_signed_out, says_signed_out
from webapp.client.reply import media_type

LOGIN_PAGE = '<html><form action="/login"><input name="u"><input type="password" name="p"></form></html>'


def answer(
    status: int, body: Any = None, *, path: str = "/things", headers: dict[str, str] | None = None
) -> tuple[httpx.Response, Any, str, bytes]:
    """An answer as the client has read it: JSON for anything but a text."""
    content = body.encode() if isinstance(body, str) else b"" if body is None else json.dumps(body).encode()
    kind = "text/html" if content.startswith(b"<") else "text/plain" if isinstance(body, str) else "application/json"
    request = httpx.Request("GET", f"http://api.test{path}")
    response = httpx.Response(status, headers={"content-type": kind, **(headers or {})}, request=request)
    page = media_type(response.headers) == "text/html"
    return response, None if isinstance(body, str) else body, "" if page or not isinstance(body, str) else body, content


def loc(place: str, name: str, message: str = "Field required") -> dict[str, Any]:
    """FastAPI's complaint about one input."""
    return {"detail": [{"type": "missing", "loc": [place, name], "msg": message, "input": None}]}


def directus(code: str, message: str) -> dict[str, Any]:
    """Directus's errors."""
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


SIGNED_OUT: dict[str, tuple[httpx.Response, Any, str, bytes]] = {
    "FastAPI's HTTPBearer": answer(403, {"detail": "Not authenticated"}),
    "FastAPI's full-stack template": answer(403, {"detail": "Could not validate credentials"}),
    "Airflow, a token that is none": answer(403, {"detail": "Invalid JWT token"}),
    "Airflow, the wrong signature": answer(403, {"detail": "Signature verification failed"}),
    "Directus, a token it never gave": answer(403, directus("INVALID_TOKEN", "Invalid token.")),
    "Directus, a spent token": answer(403, directus("TOKEN_EXPIRED", "Token expired.")),
    "Directus, credentials": answer(403, directus("INVALID_CREDENTIALS", "Invalid user credentials.")),
    "Django REST framework, by session": answer(403, {"detail": "Authentication credentials were not provided."}),
    "SimpleJWT": answer(403, {"detail": "Given token not valid for any token type", "code": "token_not_valid"}),
    "JupyterHub": answer(403, {"status": 403, "message": "Missing or invalid credentials: not authenticated"}),
    "Flask-JWT-Extended, half a token": answer(422, {"msg": "Not enough segments"}),
    "Flask-JWT-Extended, a foreign token": answer(422, {"msg": "Signature verification failed"}),
    "Flask-JWT-Extended, no token in it": answer(422, {"msg": "Invalid header padding"}),
    "FastAPI, a header that is missing": answer(422, loc("header", "authorization")),
    "FastAPI, X-Token": answer(422, loc("header", "x-token")),
    "FastAPI, a cookie that is missing": answer(422, loc("cookie", "access_token")),
    "FastAPI's tutorial": answer(400, {"detail": "X-Token header invalid: missing token"}),
    "Node with jsonwebtoken": answer(403, {"message": "jwt expired"}),
    "Node, malformed": answer(400, {"error": {"message": "jwt malformed"}}),
    "Laravel": answer(419, {"message": "Your session has expired."}),
    "IIS": answer(440, "Login Time-out"),
    "Esri": answer(498, {"error": {"code": 498, "message": "Invalid token."}}),
    "Kong": answer(403, {"message": "No API key found in request: missing api key"}),
    "gRPC gateway": answer(403, {"code": "UNAUTHENTICATED", "message": "sign in first"}),
    "Rails, Devise": answer(422, {"error": "You need to sign in or sign up before continuing."}),
    "Spring's form login": answer(302, headers={"location": "/login"}),
    "Spring, absolute": answer(302, headers={"location": "http://api.test/login;jsessionid=1?continue"}),
    "Keycloak": answer(
        302, headers={"location": "https://sso.test/realms/x/protocol/openid-connect/auth?response_type=code"}
    ),
    "GitLab": answer(302, headers={"location": "http://api.test/users/sign_in"}),
    "Azure": answer(302, headers={"location": "https://login.test/tenant/oauth2/v2.0/authorize?client_id=x"}),
    "an identity provider": answer(303, headers={"location": "https://idp.test/idp?SAMLRequest=abc"}),
    "Django's admin": answer(302, headers={"location": "/accounts/login/?next=/things"}),
    "a proxy that shows its page": answer(200, LOGIN_PAGE),
}

NOT_ALLOWED: dict[str, tuple[httpx.Response, Any, str, bytes]] = {
    "Aegis": answer(403, {"detail": "Insufficient permissions"}),
    "Aegis, registration": answer(403, {"detail": "Registration is closed"}),
    "Aegis, disabled": answer(403, {"detail": "Account disabled"}),
    "Aegis, not verified": answer(403, {"detail": "email_not_verified"}),
    "FluxLit": answer(403, {"detail": "Insufficient scope"}),
    "Airflow": answer(403, {"detail": "Forbidden"}),
    "Directus": answer(403, directus("FORBIDDEN", "You don't have permission to access this.")),
    "Django REST framework": answer(403, {"detail": "You do not have permission to perform this action."}),
    "Django REST framework, CSRF": answer(403, {"detail": "CSRF Failed: CSRF token missing."}),
    "Django, CSRF": answer(403, "<h1>Forbidden</h1><p>CSRF verification failed. Request aborted.</p>"),
    "Laravel": answer(403, {"message": "This action is unauthorized."}),
    "GitHub": answer(403, {"message": "Resource not accessible by personal access token"}),
    "GitHub, SSO": answer(403, {"message": "Must have admin rights to Repository."}),
    "Kubernetes": answer(403, {"kind": "Status", "reason": "Forbidden", "message": 'User "ada" cannot list pods'}),
    "OAuth's scope": answer(403, {"error": "insufficient_scope", "error_description": "The token lacks write"}),
    "an invitation": answer(403, {"detail": "Invalid invitation token"}),
    "a plain one": answer(403, "Forbidden"),
    "an empty one": answer(403),
    "a role": answer(403, {"error": "Role admin required; your session is fine"}),
}

ABOUT_THE_INPUT: dict[str, tuple[httpx.Response, Any, str, bytes]] = {
    "a missing field": answer(422, loc("body", "name")),
    "a field called token": answer(422, loc("body", "token")),
    "a query called session": answer(422, loc("query", "session")),
    "a header of the operation": answer(422, loc("header", "x-request-reason")),
    "Aegis, a reset": answer(400, {"detail": "Invalid or expired reset token"}),
    "Aegis, an invitation": answer(400, {"detail": "Invalid or expired invitation token"}),
    "a page's token": answer(400, {"message": "Invalid page token"}),
    "a device": answer(400, {"message": "Invalid device token: unregistered"}),
    "CSRF": answer(422, {"message": "Invalid CSRF token"}),
    "not found": answer(404, {"detail": "Session not found"}),
    "conflict": answer(409, {"detail": "Not authenticated device"}),
    "a server's failure": answer(500, {"detail": "token expired"}),
    "too many": answer(429, {"detail": "Please log in again later"}),
    "a slash": answer(307, headers={"location": "http://api.test/things/"}),
    "another host": answer(302, headers={"location": "https://files.test/things.zip"}),
    "a thing called login-history": answer(302, headers={"location": "/things/login-history"}),
    "a thing's author": answer(302, headers={"location": "/authors/7"}),
    "the login's own slash": answer(307, path="/auth/login", headers={"location": "http://api.test/auth/login/"}),
    "no location": answer(302),
    "data": answer(200, [{"password": "x"}]),
    "a page": answer(200, "<html><p>Type your password: <input type=text></p></html>"),
    "the login page itself": answer(200, LOGIN_PAGE, path="/login"),
    "nothing": answer(204),
    "null": answer(200, None),
}


@pytest.mark.parametrize("name", SIGNED_OUT)
def test_whoever_is_not_signed_in_is_told_in_many_ways(name: str) -> None:
    assert may_mean_signed_out(*SIGNED_OUT[name])
    assert says_signed_out(*SIGNED_OUT[name]) or SIGNED_OUT[name][0].status_code in (419, 440, 498)


@pytest.mark.parametrize("name", NOT_ALLOWED)
def test_a_plain_refusal_never_says_that_nobody_is_signed_in(name: str) -> None:
    assert not says_signed_out(*NOT_ALLOWED[name])
    assert may_mean_signed_out(*NOT_ALLOWED[name])  # it is worth a question, and no more


@pytest.mark.parametrize("name", ABOUT_THE_INPUT)
def test_what_is_about_something_else_is_not_even_asked_about(name: str) -> None:
    assert not may_mean_signed_out(*ABOUT_THE_INPUT[name])


def test_how_many_bodies_are_told_apart(figure: Callable[[str], None]) -> None:
    figure(
        f"{len(SIGNED_OUT)} ways to say 'not signed in' recognised, "
        f"0 of {len(NOT_ALLOWED) + len(ABOUT_THE_INPUT)} other answers taken for one"
    )


@pytest.mark.parametrize("nobody", [None, {}, [], "", False, {"user": None}, {"authenticated": False, "id": 1}])
def test_a_who_am_i_may_say_nobody_with_a_200(nobody: Any) -> None:
    assert not is_somebody(nobody)


@pytest.mark.parametrize(
    "somebody",
    [{"id": 1}, {"user": {"id": 1}}, {"data": {"id": "x"}}, {"email": "a@b.c", "session": None}, [{"id": 1}], "ada"],
)
def test_anything_else_is_somebody(somebody: Any) -> None:
    assert is_somebody(somebody)
