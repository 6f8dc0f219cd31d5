"""`webapp run TARGET` and `webapp demo`: serve a frontend."""

import argparse
import asyncio
import contextlib
import errno
import socket
import sys
from collections.abc import Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette

from webapp.app import create_app
from webapp.cli.target import read_target
from webapp.errors import SettingsError
from webapp.frontend import Frontend
from webapp.observability import configure_logging
from webapp.serving import EndingQuietly, HTTPProtocol, Server, Workers
from webapp.serving.files import room_for
from webapp.serving.garbage import look_seldom
from webapp.settings import Settings

DEMO_ACCOUNT = "demo@example.com / demo-pass-123"


def run(given: argparse.Namespace) -> int:
    """Serve the frontend of an API."""
    settings = Settings.from_env(
        api_url=given.api, openapi=given.openapi, templates=given.templates, title=given.title, config=given.config
    )
    if given.workers < 1:
        raise SettingsError(f"--workers {given.workers} would serve nobody.")
    if given.workers > 1 and settings.session_store is None:
        raise SettingsError(
            f"--workers {given.workers} would give each process sessions of its own; "
            "WEBAPP_SESSION_STORE=redis://... has them share sessions."
        )
    if given.number is not None and settings.metrics:
        from webapp.observability import together

        together.count_as(given.number)
    app = create_app(read_target(given.target) if given.target else None, settings=settings)
    what = f"of {given.target or settings.api_url}"
    if given.workers > 1 and given.fd is None:
        return _serve_by_many(settings, given, what)
    return _serve(app, settings, given, what)


def demo(given: argparse.Namespace) -> int:
    """Serve the frontend of the embedded demo API."""
    try:
        from webapp.demo.app import create_demo
    except ImportError as error:
        raise SettingsError(f"The demo needs {error.name}; pip install 'webapp[demo]' brings it.") from None
    settings = Settings.from_env()
    return _serve(create_app(create_demo(), settings=settings), settings, given, f"(demo), sign in as {DEMO_ACCOUNT}")


def _serve_by_many(settings: Settings, given: argparse.Namespace, what: str) -> int:
    """Serve by as many processes of this command as were asked for, on one socket."""
    configure_logging(settings.log_format, debug=settings.debug)
    _free_port(given.host, given.port)
    with (
        socket.create_server((given.host, given.port), family=_family(given.host), backlog=2048) as listener,
        _counting_together(settings) as counting,
    ):
        print(f"webapp {what}, {given.workers} processes\n  {_url(given)}  (Ctrl+C stops it)", flush=True)
        command = [sys.executable, "-m", "webapp", *sys.argv[1:]]
        return Workers(command, given.workers, listener.fileno(), **counting).run()


@contextlib.contextmanager
def _counting_together(settings: Settings) -> Iterator[dict[str, Any]]:
    """What has each of the processes tell what all have counted, if anything is."""
    if not settings.metrics:
        yield {}
        return
    from webapp.observability import together

    with together.shared_folder() as folder:
        yield {
            "environ": {together.VARIABLE: str(folder)},
            "on_death": lambda number: together.forget(number, folder),
        }


def _serve(app: Starlette, settings: Settings, given: argparse.Namespace, what: str) -> int:
    configure_logging(settings.log_format, debug=settings.debug)
    if given.fd is None:
        _free_port(given.host, given.port)
    look_seldom()
    frontend: Frontend = app.state.frontend
    server = Server(
        uvicorn.Config(
            EndingQuietly(app),
            host=given.host,
            port=given.port,
            http=HTTPProtocol,
            ws="none",
            proxy_headers=True,
            forwarded_allow_ips=settings.trusted_proxies,
            access_log=False,
            server_header=False,
            log_config=None,
            limit_concurrency=room_for(settings.max_connections),
            timeout_graceful_shutdown=settings.shutdown_grace,
        ),
        delay=settings.shutdown_delay,
        on_told=frontend.tell_of_stop,
        on_stop=frontend.streams.stop,
    )
    announcement = f"webapp {what}\n  {_url(given)}  (Ctrl+C stops it)" if given.fd is None else ""
    with (
        asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner,
        contextlib.suppress(KeyboardInterrupt),
    ):
        sockets = [socket.socket(fileno=given.fd)] if given.fd is not None else None
        runner.run(_served(server, frontend, announcement, sockets, given.parent))
    if server.is_orphan and settings.metrics:
        from webapp.observability import together

        together.clear()
    return 0 if server.started else 3


async def _served(
    server: Server, frontend: Frontend, announcement: str, sockets: list[socket.socket] | None, parent: int | None
) -> None:
    """Serve, once the configuration is known to fit the API."""
    if parent is not None:
        server.end_with(parent)
    try:
        await frontend.check()
    except SettingsError:
        await frontend.close()
        raise
    if announcement:
        print(announcement, flush=True)
    await server.serve(sockets)


def _free_port(host: str, port: int) -> None:
    """Find out before anything is said about serving; the server's own message names neither the port nor a way out."""
    with socket.socket(_family(host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            # EADDRNOTAVAIL: none of this machine's addresses; gaierror: no address at all.
            of_host = isinstance(error, socket.gaierror) or getattr(error, "errno", 0) == errno.EADDRNOTAVAIL
            way_out = f"--{'host' if of_host else 'port'} takes another."
            raise SettingsError(f"{host}:{port} can't be listened on: {error}; {way_out}") from None


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _url(given: argparse.Namespace) -> str:
    host = f"[{given.host}]" if ":" in given.host else given.host
    return f"http://{host}:{given.port}/"
