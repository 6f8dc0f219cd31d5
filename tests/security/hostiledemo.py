"""The demo API with every text of its answers, and of its document, replaced by what tries to be more than text."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from zlib import crc32

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.security.markup import ADDRESSES, payloads

KEPT = frozenset(
    {
        "access_token",
        "refresh_token",
        "token_type",
        "openapi",
        "operationId",
        "$ref",
        "in",
        "type",
        "tokenUrl",
        "format",
        "pattern",
        "contentMediaType",
    }
)
"""What an answer is no more without: the sign-in, and what makes a document one."""
NAMED = frozenset({"name"})
CHUNK = 10


class HostileDemo:
    """
    Stands in front of the demo. `turn` says which texts are meant next: each field gets another one each turn.

    A row of a list gets one text in each of its fields; what stands alone gets ten at once in turns 0 to 24, and one in
    each of those after, as a whole: those that count for something only from their beginning on.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.turn = 0
        self.payloads = payloads()
        self.given: dict[str, set[int]] = defaultdict(set)
        """Which texts each field has had."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start: Message = {}
        body = b""

        async def send_changed(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body") and not _is_stream(start):
                return
            if start:
                await send({**start, "headers": self._headers(start, scope["path"])})
            changed, body = self._changed(start, scope["path"], body), b""
            await send({**message, "body": changed})

        await self.app(scope, receive, send_changed)

    def _headers(self, start: Message, path: str) -> list[tuple[bytes, bytes]]:
        headers = [(bytes(name), bytes(value)) for name, value in start["headers"] if name != b"content-length"]
        named = self._text(f"{path} file name", 0).encode("latin-1", "replace")
        safe = re.sub(rb"[\x00-\x1f\x7f]", b"", named).replace(b'"', b'\\"')
        return [
            (name, b'attachment; filename="' + safe + b'"' if name == b"content-disposition" else value)
            for name, value in headers
        ]

    def _changed(self, start: Message, path: str, body: bytes) -> bytes:
        kind = dict(start["headers"]).get(b"content-type", b"").decode()
        if "json" in kind and body:
            root = "document" if path == "/openapi.json" else re.sub(r"\d+", "{}", path)
            return json.dumps(self._hostile(json.loads(body), root, alone=True)).encode()
        if _is_stream(start):
            return re.sub(rb"(?m)^data: (\{.*\})$", self._event, body)
        if kind.startswith("text/"):
            return "\n".join(self.payloads).encode("utf-8", "replace")
        return body

    def _event(self, found: re.Match[bytes]) -> bytes:
        return b"data: " + json.dumps(self._hostile(json.loads(found[1]), "event", alone=True)).encode()

    def _hostile(self, value: Any, where: str, *, alone: bool, row: int = 0) -> Any:
        if isinstance(value, str):
            return self._text(where, row) if not alone else self._texts(where)
        if isinstance(value, list):
            return [self._hostile(each, f"{where}[]", alone=False, row=at) for at, each in enumerate(value)]
        if not isinstance(value, Mapping):
            return value
        made = {key: self._field(key, each, where, alone, row) for key, each in value.items()}
        if where.startswith("document"):
            if isinstance(made.get("properties"), dict):
                made["properties"][self._text(f"{where} key", row)] = {
                    "type": "string",
                    "title": self._text(where, row),
                }
        elif "id" in value or not alone:
            made[self._text(f"{where} key", row)] = self._text(f"{where} value", row)
        return made

    def _field(self, key: str, value: Any, where: str, alone: bool, row: int) -> Any:
        kept = key in KEPT or (
            where.startswith("document") and (key in ("name", "required", "enum", "const") or "/" in key)
        )
        if kept and not isinstance(value, Mapping | list):
            return value
        if where.startswith("document") and key in ("required", "enum", "mapping", "security", "tags"):
            return value
        return self._hostile(value, f"{where}.{key}", alone=alone, row=row + crc32(key.encode()) % 7)

    def _text(self, where: str, row: int) -> str:
        at = (self.turn * 25 + row + crc32(where.encode())) % len(self.payloads)
        self.given[where].add(at)
        return self.payloads[at]

    def _texts(self, where: str) -> str:
        count = len(self.payloads)
        chunks = -(-count // CHUNK)
        if self.turn >= chunks:
            return ADDRESSES[(self.turn - chunks) % len(ADDRESSES)]
        begin = (self.turn + crc32(where.encode())) % chunks * CHUNK
        chosen = range(begin, min(begin + CHUNK, count))
        self.given[where].update(chosen)
        return " ".join(self.payloads[at] for at in chosen)


def _is_stream(start: Message) -> bool:
    kind: bytes = dict(start.get("headers", ())).get(b"content-type", b"")
    return kind.startswith(b"text/event-stream")
