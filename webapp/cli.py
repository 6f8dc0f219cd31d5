"""The command: `webapp run TARGET` and `webapp demo`."""

import argparse
import socket
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from webapp import __version__
from webapp.app import create_app
from webapp.errors import SettingsError
from webapp.observability import configure_logging
from webapp.settings import Settings

DEMO_ACCOUNT = "demo@example.com / demo-pass-123"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status: 2 where an argument or setting is wrong."""
    given = _parser().parse_args(arguments)
    try:
        if given.command == "demo":
            return _demo(given)
        return _run(given)
    except SettingsError as error:
        print(f"webapp: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="webapp", description="A web frontend for any JSON API.")
    parser.add_argument("--version", action="version", version=f"webapp {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="serve the frontend of an API")
    run.add_argument(
        "target",
        metavar="TARGET",
        nargs="?",
        help="the API's base URL, its OpenAPI document's URL or file, or module:app for an ASGI app "
        "(default: $WEBAPP_API_URL)",
    )
    run.add_argument("--api", metavar="URL", help="the API's base URL, where TARGET is a document that doesn't say it")
    run.add_argument("--openapi", metavar="URL|FILE", help="the OpenAPI document, where it isn't found from TARGET")
    run.add_argument("--templates", metavar="FOLDER", type=Path, help="templates that come before the built-in ones")
    run.add_argument("--title", help="what the site is called (default: the document's title)")
    run.add_argument("--workers", metavar="N", type=int, default=1, help="processes (sessions in memory allow one)")
    _add_address(run)

    demo = commands.add_parser("demo", help="serve the frontend of the embedded demo API")
    _add_address(demo)
    return parser


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="the port to listen on (default: %(default)s)")


def _run(given: argparse.Namespace) -> int:
    if given.workers != 1:
        raise SettingsError(
            f"--workers {given.workers} would give each process sessions of its own; "
            "sessions are kept in memory, so run one worker."
        )
    settings = Settings.from_env(api_url=given.api, openapi=given.openapi, templates=given.templates, title=given.title)
    app = create_app(_target(given.target) if given.target else None, settings=settings)
    return _serve(app, settings, given, f"of {given.target or settings.api_url}")


def _demo(given: argparse.Namespace) -> int:
    try:
        from webapp.demo.app import create_demo
    except ImportError as error:
        raise SettingsError(f"The demo needs {error.name}; pip install 'webapp[demo]' brings it.") from None
    settings = Settings.from_env()
    return _serve(create_app(create_demo(), settings=settings), settings, given, f"(demo), sign in as {DEMO_ACCOUNT}")


def _target(text: str) -> str | ASGIApp:
    if "://" in text or Path(text).is_file():
        return text
    module, colon, name = text.partition(":")
    if name.partition("/")[0].isdecimal():
        raise SettingsError(f"TARGET is {text!r}, which lacks its scheme; is it http://{text}?")
    if not colon or not module or not name:
        raise SettingsError(
            f"TARGET is {text!r}, which is neither an http:// or https:// URL nor a file nor module:app."
        )
    sys.path.insert(0, "")
    try:
        app: ASGIApp = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise SettingsError(f"TARGET is {text!r}, which can't be imported: {error}.") from None
    if not callable(app):
        raise SettingsError(f"TARGET is {text!r}, which is no ASGI app but {type(app).__name__}.")
    return app


def _serve(app: ASGIApp, settings: Settings, given: argparse.Namespace, what: str) -> int:
    configure_logging(settings.log_format, debug=settings.debug)
    _free_port(given.host, given.port)
    host = f"[{given.host}]" if ":" in given.host else given.host
    print(f"webapp {what}\n  http://{host}:{given.port}/  (Ctrl+C stops it)", flush=True)
    uvicorn.run(
        app,
        host=given.host,
        port=given.port,
        http="httptools",
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        access_log=False,
        server_header=False,
        log_level="warning",
        timeout_graceful_shutdown=10,
    )
    return 0


def _free_port(host: str, port: int) -> None:
    """Find out before anything is said about serving; the server's own message names neither the port nor a way out."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise SettingsError(f"{host}:{port} can't be listened on: {error}; --port takes another.") from None
