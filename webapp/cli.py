"""The command: `webapp run TARGET`, `webapp inspect TARGET` and `webapp demo`."""

import argparse
import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from webapp import __version__
from webapp.app import Frontend, create_app
from webapp.errors import APIError, DocumentError, SettingsError
from webapp.observability import configure_logging
from webapp.openapi.overrides.dumping import dump_overrides
from webapp.sessions import Session
from webapp.settings import Settings

DEMO_ACCOUNT = "demo@example.com / demo-pass-123"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status: 2 where an argument or setting is wrong, 1 where the API is."""
    given = _parser().parse_args(arguments)
    try:
        match given.command:
            case "demo":
                return _demo(given)
            case "inspect":
                return _inspect(given)
        return _run(given)
    except (SettingsError, DocumentError, APIError) as error:
        print(f"webapp: {error}", file=sys.stderr)
        return 2 if isinstance(error, SettingsError) else 1


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
    run.add_argument("--config", metavar="FILE", help="what the pages get wrong, as `webapp inspect` writes it")
    _add_address(run)

    inspect = commands.add_parser("inspect", help="print what is made of an API, as a file to edit for --config")
    inspect.add_argument("target", metavar="TARGET", nargs="?", help="as for run")
    inspect.add_argument("--api", metavar="URL", help="as for run")
    inspect.add_argument("--openapi", metavar="URL|FILE", help="as for run")
    inspect.add_argument("--config", metavar="FILE", help="what to begin with")
    inspect.add_argument("--token", metavar="FILE", help="a file with a bearer token to ask with; - reads it")

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
    settings = Settings.from_env(
        api_url=given.api, openapi=given.openapi, templates=given.templates, title=given.title, config=given.config
    )
    app = create_app(_target(given.target) if given.target else None, settings=settings)
    return _serve(app, settings, given, f"of {given.target or settings.api_url}")


def _inspect(given: argparse.Namespace) -> int:
    settings = Settings.from_env(api_url=given.api, openapi=given.openapi, config=given.config)
    frontend: Frontend = create_app(_target(given.target) if given.target else None, settings=settings).state.frontend
    token = _token(given.token) if given.token else None
    logging.disable(logging.ERROR)  # what goes wrong is said in a sentence, and the rest is nobody's concern here
    try:
        print(asyncio.run(_described(frontend, token)), end="")
    finally:
        logging.disable(logging.NOTSET)
    return 0


async def _described(frontend: Frontend, token: str | None) -> str:
    """The site as a file, as anybody sees it, or whoever holds the token."""
    try:
        await frontend.ready()
        routes = everybody = await frontend.sites.get()
        if token is not None:
            routes = await frontend.sites.get(Session.begin(frontend.new_client().with_bearer(token), user="inspect"))
        return dump_overrides(routes.site, varies=routes is not everybody)
    finally:
        await frontend.close()


def _token(path: str) -> str:
    try:
        return (sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The token in {path!r} can't be read: {error}.") from None


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


def _serve(app: Starlette, settings: Settings, given: argparse.Namespace, what: str) -> int:
    configure_logging(settings.log_format, debug=settings.debug)
    _free_port(given.host, given.port)
    server = uvicorn.Server(
        uvicorn.Config(
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
    )
    host = f"[{given.host}]" if ":" in given.host else given.host
    announcement = f"webapp {what}\n  http://{host}:{given.port}/  (Ctrl+C stops it)"
    with (
        asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner,
        contextlib.suppress(KeyboardInterrupt),
    ):
        runner.run(_served(server, app.state.frontend, announcement))
    return 0 if server.started else 3


async def _served(server: uvicorn.Server, frontend: Frontend, announcement: str) -> None:
    """Serve, once the configuration is known to fit the API."""
    try:
        await frontend.check()
    except SettingsError:
        await frontend.close()
        raise
    print(announcement, flush=True)
    await server.serve()


def _free_port(host: str, port: int) -> None:
    """Find out before anything is said about serving; the server's own message names neither the port nor a way out."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise SettingsError(f"{host}:{port} can't be listened on: {error}; --port takes another.") from None
