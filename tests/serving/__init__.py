"""Apps on real sockets, for tests that need them."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp


@contextlib.contextmanager
def serve(app: ASGIApp, *, port: int = 0, told_by_proxies: bool = True) -> Iterator[str]:
    """
    Serve an app from a thread, and say where: `http://localhost:PORT`.

    By name and not by address: cookies of an address behave differently from those of a host. `told_by_proxies`: who
    is asking is taken from X-Forwarded-For.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        server = _Server(
            uvicorn.Config(
                app,
                http="httptools",
                proxy_headers=told_by_proxies,
                access_log=False,
                log_level="warning",
                log_config=None,  # the tests of logs look at what loggers are by default
                # A test that is held up must not find its connection closed in the moment that it asks again.
                timeout_keep_alive=60,
                timeout_graceful_shutdown=2,
                lifespan="on",
            )
        )
        thread = threading.Thread(target=server.run, args=([listener],), name="server", daemon=True)
        thread.start()
        if not server.answers(within=30):
            raise RuntimeError("the server did not start")
        try:
            yield f"http://localhost:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


@contextlib.contextmanager
def answering(answer: Callable[[httpx.Request], httpx.Response]) -> Iterator[str]:
    """Serve what answers in process elsewhere, and say where."""

    async def asked(request: Request) -> Response:
        body, url = await request.body(), str(request.url)
        said = answer(httpx.Request(request.method, url, headers=request.headers.raw, content=body))
        response = Response(said.content, said.status_code)
        response.raw_headers = [(name.lower(), value) for name, value in said.headers.raw]
        return response

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    with serve(Starlette(routes=[Route("/{path:path}", asked, methods=methods)])) as url:
        yield url


class _Server(uvicorn.Server):
    """A server that tells when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self._up.set()

    def answers(self, *, within: float) -> bool:
        return self._up.wait(within) and self.started
