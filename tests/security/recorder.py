"""A backend made of a bare socket: it keeps each request as its bytes came, and answers by path."""

import contextlib
import json
import socket
import socketserver
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

PREFIX = "/api/v1"
BINARY = "application/octet-stream"


class Recorded(NamedTuple):
    """One request as it came."""

    line: bytes
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def method(self) -> str:
        return self.line.split(b" ")[0].decode("latin-1")

    @property
    def target(self) -> str:
        """What stands between the method and the version, whatever it is."""
        return self.line.removeprefix(self.method.encode() + b" ").rpartition(b" ")[0].decode("latin-1")

    def all(self, name: str) -> list[str]:
        """The values of a header."""
        return [value for each, value in self.headers if each == name]


@dataclass
class Recorder:
    """What was asked, and what is answered."""

    document: Mapping[str, Any]
    requests: list[Recorded] = field(default_factory=list)
    address: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    """Headers of all answers."""

    def answer(self, recorded: Recorded) -> tuple[str, bytes]:
        """The type and body for a request."""
        path = recorded.target.partition("?")[0]
        if path == f"{PREFIX}/openapi.json":
            return "application/json", json.dumps(self.document).encode()
        if path == f"{PREFIX}/auth/token":
            return "application/json", b'{"access_token": "the-token", "token_type": "bearer"}'
        if path.startswith(f"{PREFIX}/streams/"):
            return "text/event-stream", b"data: 1\n\n"
        if path.startswith(f"{PREFIX}/files/"):
            return BINARY, b"a file"
        if path.endswith("/parts") or path == f"{PREFIX}/things":
            return "application/json", b'[{"id": 1, "name": "One"}]'
        return "application/json", b'{"id": 1, "name": "One"}'


class _Handler(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            while self._one():
                pass

    def _one(self) -> bool:
        line = self.rfile.readline(1 << 20)
        if not line:
            return False
        headers = []
        while (each := self.rfile.readline(1 << 20)) not in (b"\r\n", b"\n", b""):
            name, _, value = each.decode("latin-1").rstrip("\r\n").partition(":")
            headers.append((name.lower(), value.strip()))
        recorded = Recorded(line.rstrip(b"\r\n"), tuple(headers), self._body(dict(headers)))
        recorder = self.server.recorder
        recorder.requests.append(recorded)
        kind, body = recorder.answer(recorded)
        head = [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        head += [f"{name}: {value}" for name, value in recorder.extra]
        content = b"" if recorded.method == "HEAD" else body
        self.wfile.write(("HTTP/1.1 200 OK\r\n" + "\r\n".join(head) + "\r\n\r\n").encode("latin-1") + content)
        return True

    def _body(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(headers.get("content-length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.recorder = recorder


@contextlib.contextmanager
def recording(document: Mapping[str, Any], *, extra: Mapping[str, str] | None = None) -> Iterator[Recorder]:
    """Serve from a thread; the API lies below `PREFIX`."""
    recorder = Recorder(document, extra=tuple((extra or {}).items()))
    with _Server(recorder) as server:
        recorder.address = f"127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield recorder
        finally:
            server.shutdown()
            thread.join(10)


class Wire:
    """A connection to the frontend by which bytes go out as they stand."""

    def __init__(self, url: str) -> None:
        self.host = url.removeprefix("http://")
        name, _, port = self.host.partition(":")
        self._address = (name, int(port))
        self._socket: socket.socket | None = None
        self._read: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def ask(
        self, method: bytes, target: bytes, headers: list[tuple[bytes, bytes]], body: bytes = b""
    ) -> tuple[int, dict[str, str], bytes]:
        """One request; status, headers and body of its answer. 0 where the connection just ends."""
        lines = [method + b" " + target + b" HTTP/1.1", b"Host: " + self.host.encode()]
        lines += [name + b": " + value for name, value in headers]
        if body or method == b"POST":
            lines.append(b"Content-Length: %d" % len(body))
        try:
            return self._exchange(b"\r\n".join(lines) + b"\r\n\r\n" + body, method)
        except OSError:
            self._close()
            return 0, {}, b""

    def _exchange(self, message: bytes, method: bytes) -> tuple[int, dict[str, str], bytes]:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=30)
            self._read = self._socket.makefile("rb")
        self._socket.sendall(message)
        first = self._read.readline()
        if not first:
            raise ConnectionError
        headers: dict[str, str] = {}
        while (each := self._read.readline()) not in (b"\r\n", b""):
            name, _, value = each.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        status = int(first.split(b" ")[1])
        body = b"" if method == b"HEAD" or status in (204, 304) else self._content(headers)
        if headers.get("connection", "").lower() == "close" or status == 400:
            self._close()
        return status, headers, body

    def _content(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return bytes(self._read.read(int(headers.get("content-length") or 0)))
        body = b""
        while size := int(self._read.readline(), 16):
            body += self._read.read(size)
            self._read.readline()
        self._read.readline()
        return body

    def _close(self) -> None:
        if self._socket is not None:
            self._read.close()
            self._socket.close()
            self._socket = None


TEXT = {"type": "string"}
ITEM = {"type": "object", "properties": {"id": TEXT, "name": TEXT}}


def _operation(name: str, *places: str, answer: Any = ITEM, media_type: str = "application/json") -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": name.replace("_", " ").capitalize(),
        "parameters": [{"name": place, "in": "path", "required": True, "schema": TEXT} for place in places],
        "responses": {"200": {"description": "OK", "content": {media_type: {"schema": answer}}}},
    }


ROWS = {"type": "array", "items": ITEM}
_CREDENTIALS = {"type": "object", "properties": {"username": TEXT, "password": TEXT}}
PATHS: dict[str, Any] = {
    "/auth/token": {
        "post": {
            **_operation("login"),
            "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": _CREDENTIALS}}},
        }
    },
    "/things": {"get": _operation("list_things", answer=ROWS)},
    "/things/{thing_id}": {
        "get": _operation("get_thing", "thing_id"),
        "patch": {
            **_operation("change_thing", "thing_id"),
            "requestBody": {"content": {"application/json": {"schema": ITEM}}},
        },
        "delete": _operation("delete_thing", "thing_id"),
    },
    "/things/{thing_id}/start": {"post": _operation("start_thing", "thing_id")},
    "/things/{thing_id}/parts": {"get": _operation("list_parts", "thing_id", answer=ROWS)},
    "/things/{thing_id}/parts/{part_id}": {"get": _operation("get_part", "thing_id", "part_id")},
    "/files/{name}": {"get": _operation("get_file", "name", answer={}, media_type=BINARY)},
    "/streams/{name}": {"get": _operation("watch", "name", answer={}, media_type="text/event-stream")},
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Recorder", "version": "1"},
    "servers": [{"url": PREFIX}],
    "paths": PATHS,
    "components": {
        "securitySchemes": {
            "password": {"type": "oauth2", "flows": {"password": {"scopes": {}, "tokenUrl": "auth/token"}}}
        }
    },
}
