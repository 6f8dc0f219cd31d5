"""The command, in process where it stops before serving, and as a real process where it serves."""

import re
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import httpx
import pytest

from tests.cli.process import serving, up
from webapp import __version__
from webapp.cli import main
from webapp.serving.garbage import NEW_OBJECTS


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])

    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"webapp {__version__}\n"


@pytest.mark.parametrize("collecting", [True, False])
def test_what_is_imported_is_set_aside_and_the_collector_left_as_it_was(collecting: bool) -> None:
    script = f"""
import gc
if not {collecting}:
    gc.disable()
from webapp.cli import main
from webapp.serving.garbage import NEW_OBJECTS
try:
    main(["--version"])
except SystemExit:
    print(gc.isenabled(), gc.get_freeze_count() > 10_000)
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)

    assert said.stdout == f"webapp {__version__}\n{collecting} True\n"


def test_a_server_looks_for_garbage_less_often_than_python_does(tmp_path: Path) -> None:
    report = "import atexit, gc; atexit.register(lambda: print('looks after', gc.get_threshold()[0]))"
    (tmp_path / "sitecustomize.py").write_text(report, encoding="utf-8")

    with serving("demo", PYTHONPATH=str(tmp_path)) as (_, process):
        process.terminate()
        process.ended()

    assert f"looks after {NEW_OBJECTS}" in process.said


def test_without_a_command_the_usage_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([])

    assert stopped.value.code == 2
    assert "usage: webapp" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "environ", "complaint"),
    [
        (["run", "example"], {}, "neither an http:// or https:// URL nor a file nor module:app"),
        (["run", "localhost:8000"], {}, "is it http://localhost:8000?"),
        (["run", "webapp.cli.run:DEMO_ACCOUNT"], {}, "no ASGI app but str"),
        (["run"], {}, "WEBAPP_API_URL is not set"),
        (["run", "http://example.com", "--openapi", "nope.json"], {}, "no file, nor a URL"),
        (["run", "ftp://example.com"], {}, "not an http:// or https:// URL"),
        (["run", "no.such.module:app"], {}, "can't be imported"),
        (["run", "webapp.errors:app"], {}, "can't be imported"),
        (["run", "http://example.com", "--workers", "2"], {}, "WEBAPP_SESSION_STORE"),
        (["run", "http://example.com", "--workers", "0"], {}, "would serve nobody"),
        (["run", "http://example.com"], {"WEBAPP_SESSION_STORE": "redis://localhost"}, "needs WEBAPP_SECRET_KEY"),
        (
            ["run", "http://example.com"],
            {"WEBAPP_SESSION_STORE": "http://user:secret@localhost"},
            "WEBAPP_SESSION_STORE must begin with redis://",
        ),
        (["run", "http://example.com", "--templates", "/nowhere"], {}, "not a folder"),
        (["run", "http://example.com"], {"WEBAPP_HUE": "blue"}, "WEBAPP_HUE"),
        (
            ["run", "http://example.com", "--config", "nope.toml"],
            {},
            "WEBAPP_CONFIG is 'nope.toml', which is not a file",
        ),
        (["run", "ftp://example.com/openapi.json"], {}, "not an http:// or https:// URL"),
        (["inspect"], {}, "WEBAPP_API_URL is not set"),
        (["inspect", "http://example.com", "--token", "nope"], {}, "The token in 'nope' can't be read"),
        (["demo"], {"WEBAPP_SECRET_KEY": "short"}, "WEBAPP_SECRET_KEY"),
    ],
)
def test_what_is_wrong_stops_the_start_with_one_sentence(
    arguments: list[str],
    environ: dict[str, str],
    complaint: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("WEBAPP_API_URL", raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert main(arguments) == 2

    said = capsys.readouterr().err
    assert said.startswith("webapp: ")
    assert complaint in said
    assert said.count("\n") == 1


def test_a_port_that_is_taken_is_said_before_anything_is_served(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        assert main(["run", "http://127.0.0.1:9", "--port", port]) == 2

    said = capsys.readouterr()
    assert f"127.0.0.1:{port} can't be listened on" in said.err
    assert "--port takes another" in said.err
    assert "Ctrl+C" not in said.out


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "no such host"])
def test_a_host_that_is_not_this_machine_is_said_to_be_wrong_and_not_its_port(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "http://127.0.0.1:9", "--host", host]) == 2

    assert "--host takes another" in capsys.readouterr().err


def test_the_demo_serves_and_says_how_to_sign_in() -> None:
    with serving("demo") as (url, _):
        up(url)
        with httpx.Client(base_url=url) as client:
            home = client.get("/", follow_redirects=True)

    assert home.status_code == 200
    assert re.search(r"<h1[ >]", home.text)


def test_an_app_of_ones_own_is_served_in_the_same_process(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from fastapi import FastAPI\n"
        "app = FastAPI(title='My own')\n"
        "@app.get('/things')\n"
        "def things() -> list[dict[str, int]]:\n"
        "    return [{'id': 7}]\n"
    )
    with serving("run", "mine:app", cwd=tmp_path) as (url, _):
        up(url)
        page = httpx.get(f"{url}/things")

    assert page.status_code == 200
    assert "My own" in page.text


DOCUMENT = """
openapi: 3.1.0
info: {title: Library}
servers: [{url: http://127.0.0.1:9}]
paths:
  /books:
    get:
      parameters: [{name: page, in: query}]
      responses: {200: {content: {application/json: {schema: {type: array}}}}}
  /books/{id}: {get: {}}
"""


def test_what_is_inferred_is_printed_as_a_file_that_run_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "openapi.yaml").write_text(DOCUMENT)

    assert main(["inspect", str(tmp_path / "openapi.yaml")]) == 0
    printed = capsys.readouterr().out
    assert tomllib.loads(printed)["resources"]["books"]["label"] == "Books"

    (tmp_path / "webapp.toml").write_text(printed.replace('label = "Books"', 'label = "Volumes"'))
    with serving("run", "openapi.yaml", "--config", "webapp.toml", cwd=tmp_path) as (url, _):
        up(url)
        home = httpx.get(url)
    assert "Volumes" in home.text


def test_inspecting_with_a_token_says_that_the_document_varies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "varied.py").write_text(
        "from fastapi import FastAPI, Request\n"
        "app = FastAPI(openapi_url=None)\n"
        "@app.get('/openapi.json')\n"
        "def document(request: Request) -> dict[str, object]:\n"
        "    known = request.headers.get('authorization') == 'Bearer secret'\n"
        "    page = {'name': 'page', 'in': 'query'}\n"
        "    gold = {'/gold': {'get': {'parameters': [page]}}, '/gold/{id}': {'get': {}}}\n"
        "    paths = gold if known else {}\n"
        "    return {'openapi': '3.1.0', 'info': {'title': 'Vault'}, 'paths': paths}\n"
    )
    (tmp_path / "token").write_text("secret\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path)

    assert main(["inspect", "varied:app", "--token", "token"]) == 0

    printed = capsys.readouterr().out
    assert "varies = true" in printed
    assert "[resources.gold]" in printed
    assert "secret" not in printed


def test_an_api_that_cannot_be_asked_cannot_be_inspected(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "http://127.0.0.1:9"]) == 1

    said = capsys.readouterr().err
    assert said.startswith("webapp: ")
    assert said.count("\n") == 1


def test_a_configuration_that_does_not_fit_the_api_stops_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "openapi.yaml").write_text(DOCUMENT)
    (tmp_path / "webapp.toml").write_text("[resources.boks]\nhidden = true\n")

    config = str(tmp_path / "webapp.toml")
    assert main(["run", str(tmp_path / "openapi.yaml"), "--config", config, "--port", str(free_port())]) == 2

    said = capsys.readouterr()
    complaint = f"webapp: {config}: resources.boks: the API has no resource called 'boks'; is it books?\n"
    assert said.err.endswith(complaint)
    assert said.out == ""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_file_without_a_server_needs_to_be_told_of_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WEBAPP_API_URL", raising=False)
    path = tmp_path / "openapi.json"
    path.write_text('{"openapi": "3.1.0", "paths": {}}')

    assert main(["inspect", str(path)]) == 2
    assert "doesn't say where its API is; --api" in capsys.readouterr().err
    assert main(["inspect", str(path), "--api", "http://127.0.0.1:9"]) == 0


def test_it_stops_when_told_to(tmp_path: Path) -> None:
    with serving("demo") as (url, process):
        up(url)
        process.send_signal(signal.SIGINT)

        assert process.wait(timeout=20) in (0, -signal.SIGINT)


def test_an_api_that_is_down_does_not_stop_the_start() -> None:
    with serving("run", "http://127.0.0.1:9") as (url, _):
        up(url)
        page = httpx.get(url)

    assert page.status_code == 503
    assert "Traceback" not in page.text
