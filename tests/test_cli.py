"""The command, in process where it stops before serving, and as a real process where it serves."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from webapp import __version__
from webapp.cli import main


@contextmanager
def serving(*arguments: str, cwd: Path | None = None, **environ: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """`webapp ARGUMENTS --port FREE` as a process; gives the URL that it printed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "webapp", *arguments, "--port", str(port)]
    env = {name: value for name, value in os.environ.items() if not name.startswith("WEBAPP_")}
    process = subprocess.Popen(
        command, cwd=cwd, env={**env, **environ}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout is not None
        printed = ""
        while f"http://127.0.0.1:{port}/" not in printed:
            line = process.stdout.readline()
            assert line, f"ended before it served: {printed}"
            printed += line
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def up(url: str) -> None:
    """Wait until the server answers."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:
        assert client.get(f"{url}/-/livez", timeout=20).text == "ok\n"


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])

    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"webapp {__version__}\n"


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
        (["run", "webapp.cli:DEMO_ACCOUNT"], {}, "no ASGI app but str"),
        (["run"], {}, "WEBAPP_API_URL is not set"),
        (["run", "http://example.com", "--openapi", "nope.json"], {}, "no file, nor a URL"),
        (["run", "ftp://example.com"], {}, "not an http:// or https:// URL"),
        (["run", "no.such.module:app"], {}, "can't be imported"),
        (["run", "webapp.errors:app"], {}, "can't be imported"),
        (["run", "http://example.com", "--workers", "2"], {}, "run one worker"),
        (["run", "http://example.com", "--templates", "/nowhere"], {}, "not a folder"),
        (["run", "http://example.com"], {"WEBAPP_HUE": "blue"}, "WEBAPP_HUE"),
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
    assert "Ctrl+C" not in said.out


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
