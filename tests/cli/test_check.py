"""`webapp check`, as an operator runs it, against real servers."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.cli.test_findings import KEY
from tests.oidc.issuer import ISSUER, Issuer
from tests.serving import serve
from webapp.cli import main
from webapp.cli.probing import ELSEWHERE

SIGN_IN = {"flows": {"password": {"tokenUrl": "/token", "scopes": {}}}, "type": "oauth2"}


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("WEBAPP_")]:
        monkeypatch.delenv(name)


DESCRIBED = {
    "openapi": "3.1.0",
    "info": {"title": "Checked"},
    "paths": {"/token": {"post": {}}},
    "components": {"securitySchemes": {"password": SIGN_IN}},
}


@contextlib.contextmanager
def api(
    *,
    late: float = 0.0,
    cors: Mapping[str, str] = MappingProxyType({}),
    document: Any = DESCRIBED,
    gate: tuple[str, int, Any] | None = None,
) -> Iterator[str]:
    """
    An API whose clock is `late`, and that answers every origin with these headers; gives its URL.

    A `gate` is the key that `/things` takes in X-Gate, and the status and body for any other.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, told = 200, document if self.path == "/openapi.json" else {}
            if gate is not None and self.path == "/things" and self.headers["X-Gate"] != gate[0]:
                _, status, told = gate
            body = json.dumps(told).encode()
            self.send_response_only(status)
            headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **cors}
            for name, value in {"Date": formatdate(time.time() - late, usegmt=True), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(10)


Said = Callable[..., tuple[int, list[dict[str, str]]]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    def checked(*arguments: str) -> tuple[int, list[dict[str, str]]]:
        status = main(["check", "--json", *arguments])
        return status, json.loads(capsys.readouterr().out)

    return checked


def about(found: list[dict[str, str]], what: str) -> list[tuple[str, str]]:
    return [(each["severity"], each["sentence"]) for each in found if each["about"] == what]


def test_an_api_in_order_has_only_settings_spoken_of(said: Said) -> None:
    with api() as url:
        status, found = said(url)

    assert status == 0
    assert {each["about"] for each in found} == {"WEBAPP_PUBLIC_URL", "WEBAPP_SECRET_KEY", "WEBAPP_COOKIE_NAME"}


def test_warnings_count_where_one_is_strict(said: Said) -> None:
    with api() as url:
        assert said(url, "--strict")[0] == 1


def test_the_readme_shows_what_an_api_in_order_has_said_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    readme = Path(__file__).parents[2].joinpath("README.md").read_text(encoding="utf-8")
    with api() as url:
        main(["check", url, "--strict"])

    assert f"$ webapp check https://api.example.com --strict\n{capsys.readouterr().out}```\n" in readme


@pytest.mark.parametrize(("late", "severity"), [(100.0, "warning"), (-100.0, "warning"), (4000.0, "error")])
def test_clocks_that_differ_are_told(late: float, severity: str, said: Said) -> None:
    with api(late=late) as url:
        status, found = said(url)

    [(how_bad, sentence)] = about(found, "clock")
    assert how_bad == severity
    assert ("ahead of" if late > 0 else "behind") in sentence
    assert status == (2 if severity == "error" else 0)


@pytest.mark.parametrize(
    ("cors", "severity"),
    [
        ({"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true"}, "warning"),
        (
            {"Access-Control-Allow-Origin": ELSEWHERE, "Access-Control-Allow-Credentials": "true"},
            "warning",
        ),
        ({"Access-Control-Allow-Origin": "*"}, "note"),
    ],
)
def test_an_api_that_lets_other_sites_in_is_told(cors: dict[str, str], severity: str, said: Said) -> None:
    with api(cors=cors) as url:
        _, found = said(url)

    assert [each for each, _ in about(found, "API")] == [severity]


GATED = {
    "openapi": "3.1.0",
    "info": {"title": "Gated"},
    "security": [{"gate": []}],
    "paths": {
        "/open": {"get": {"security": []}},
        "/things": {"get": {}, "post": {}},
        "/things/{id}": {"get": {}, "delete": {}},
    },
    "components": {"securitySchemes": {"gate": {"type": "apiKey", "in": "header", "name": "X-Gate"}}},
}


@pytest.mark.parametrize("refusal", [401, 403])
def test_a_configured_key_that_the_api_refuses_is_an_error(
    refusal: int, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBAPP_API_KEY", "not-the-key")
    with api(document=GATED, gate=("sesame-open", refusal, {"detail": "Invalid API key"})) as url:
        status, found = said(url)

    assert (status, about(found, "WEBAPP_API_KEY")) == (
        2,
        [("error", "is refused by the API, which was asked for GET /things with it.")],
    )
    assert about(found, "document") == []
    assert "not-the-key" not in json.dumps(found)


def test_a_configured_key_that_may_lack_rights_is_a_warning(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBAPP_API_KEY", "not-the-key")
    with api(document=GATED, gate=("sesame-open", 403, {"detail": "Only for auditors."})) as url:
        status, found = said(url)

    assert (status, about(found, "WEBAPP_API_KEY")[0]) == (
        0,
        ("warning", "is no good for GET /things: the API's answer to it is a 403."),
    )


def test_what_a_configured_key_lets_anybody_do_is_a_warning_that_names_it(
    said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = "POST /things, DELETE /things/{id}, GET /things and more"
    monkeypatch.setenv("WEBAPP_API_KEY", "sesame-open")
    with api(document=GATED, gate=("sesame-open", 401, {})) as url:
        status, found = said(url)

    assert (status, about(found, "WEBAPP_API_KEY")) == (
        0,
        [("warning", f"lets anybody who reaches this site use 4 operations, signed in or not: {named}.")],
    )
    assert about(found, "document") == []


def test_of_a_key_that_no_operation_asks_for_it_is_said_that_it_is_sent(
    said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBAPP_API_KEY", "sesame-open")
    with api(document=OPEN_TO_ALL) as url:
        _, found = said(url)

    assert about(found, "WEBAPP_API_KEY") == [
        ("note", "is set: whoever reaches this frontend asks the API with it, signed in or not.")
    ]


OPEN_TO_ALL = {"openapi": "3.1.0", "info": {"title": "Open"}, "paths": {"/things": {"get": {}}}}


def test_a_document_without_a_sign_in_is_told(said: Said) -> None:
    with api(document=OPEN_TO_ALL) as url:
        _, found = said(url)

    assert [severity for severity, _ in about(found, "document")] == ["warning"]


@pytest.mark.parametrize("document", [[], "text", {"openapi": "3.1.0"}, {"swagger": "1.2"}])
def test_a_document_that_is_none_is_an_error_or_has_no_sign_in(document: Any, said: Said) -> None:
    with api(document=document) as url:
        _, found = said(url)

    assert about(found, "WEBAPP_OPENAPI") or about(found, "document")


def test_an_api_that_cannot_be_asked_is_an_error(said: Said) -> None:
    status, found = said("http://127.0.0.1:9")

    assert status == 2
    [(severity, sentence)] = about(found, "WEBAPP_OPENAPI")
    assert severity == "error"
    assert "can't be had" in sentence


def test_a_setting_that_stops_the_start_is_an_error_with_its_name(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBAPP_SECRET_KEY", "short")

    status, found = said("http://127.0.0.1:9")

    assert status == 2
    [(severity, sentence)] = about(found, "WEBAPP_SECRET_KEY")
    assert severity == "error"
    assert sentence.startswith("has a key of fewer than 32 characters")


def test_a_configuration_that_does_not_fit_is_an_error(said: Said, tmp_path: Path) -> None:
    (tmp_path / "webapp.toml").write_text("[resources.boks]\nhidden = true\n")
    with api() as url:
        status, found = said(url, "--config", str(tmp_path / "webapp.toml"))

    assert status == 2
    assert "boks" in about(found, "WEBAPP_CONFIG")[0][1]


def test_an_operator_reads_one_line_for_each_and_a_sum(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("from fastapi import FastAPI\napp = FastAPI()\n")
    env = {"WEBAPP_TRUSTED_PROXIES": "*", "WEBAPP_SECRET_KEY": KEY, "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "webapp", "check", "mine:app"]

    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stderr) == (2, "")
    *lines, summary = done.stdout.splitlines()
    assert "error    WEBAPP_TRUSTED_PROXIES: is *: anybody may claim" in done.stdout
    assert all(line.split()[0] in ("error", "warning", "note") for line in lines)
    assert summary == "1 error, 2 warnings"
    assert KEY not in done.stdout


OPENID = {"type": "openIdConnect", "openIdConnectUrl": "https://id.invalid/.well-known/openid-configuration"}


def test_a_provider_that_nobody_could_sign_in_at_is_told(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = {**DESCRIBED, "components": {"securitySchemes": {"id": OPENID}}}
    with api(document=declared) as url:
        status, found = said(url)
        assert (status, about(found, "WEBAPP_OIDC_CLIENT_ID")) == (
            0,
            [("note", "is not set, or people could sign in at the API's provider.")],
        )
        monkeypatch.setenv("WEBAPP_OIDC_CLIENT_ID", "web")
        for issuer, reason in ((url, "its issuer is not a URL"), ("http://127.0.0.1:9", "can't be had")):
            monkeypatch.setenv("WEBAPP_OIDC_ISSUER", issuer)
            status, found = said(url)
            [(severity, sentence)] = about(found, "WEBAPP_OIDC_ISSUER")
            assert (status, severity) == (2, "error")
            assert reason in sentence


def test_a_provider_in_order_is_not_spoken_of(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = Issuer()

    async def answer(request: Request) -> Response:
        told = issuer(httpx.Request("GET", f"{ISSUER}{request.url.path}"))
        return Response(
            told.text.replace(ISSUER, f"http://{request.headers['host']}"),
            told.status_code,
            {"Content-Type": "application/json"},
        )

    monkeypatch.setenv("WEBAPP_OIDC_CLIENT_ID", "web")
    with api() as url, serve(Starlette(routes=[Route("/{path:path}", answer)])) as provider:
        monkeypatch.setenv("WEBAPP_OIDC_ISSUER", provider)
        status, found = said(url)

    assert (status, about(found, "WEBAPP_OIDC_ISSUER")) == (0, [])


ANSWERS = {"responses": {"200": {"description": "OK"}}}
BUTTONS = {f"/auth/oauth/github/{step}": {"get": ANSWERS} for step in ("start", "callback")}


@pytest.mark.parametrize(
    ("declared", "client_id", "sentence"),
    [
        ({**DESCRIBED, "paths": BUTTONS}, "", "the API's OAuth buttons take the host"),
        ({**DESCRIBED, "components": {"securitySchemes": {"id": OPENID}}}, "web", "the redirect_uri of a sign-in"),
    ],
)
def test_a_way_back_that_each_request_names_is_told(
    declared: Any, client_id: str, sentence: str, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    if client_id:
        monkeypatch.setenv("WEBAPP_OIDC_CLIENT_ID", client_id)
    with api(document=declared) as url:
        told = about(said(url)[1], "WEBAPP_PUBLIC_URL")
        monkeypatch.setenv("WEBAPP_PUBLIC_URL", "https://app.example.com")
        settled = about(said(url)[1], "WEBAPP_PUBLIC_URL")

    assert [severity for severity, text in told if sentence in text] == ["warning"]
    assert settled == []
