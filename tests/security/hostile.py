"""An API whose every answer carries headers that are no business of the browser's."""

import json
from typing import Any

import httpx

from tests.pages.library import DOCUMENT as LIBRARY
from tests.pages.library import book, books
from tests.pages.workshop import LOGIN, PATHS
from webapp.testing import FakeAPI

MARK = "from-the-backend"

HEADERS = {
    "Set-Cookie": f"backend={MARK}; Path=/",
    "Server": f"{MARK}/1.0",
    "X-Powered-By": MARK,
    "ETag": '"e1"',
    "Via": f"1.1 {MARK}",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": MARK,
    "Timing-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Content-Security-Policy": f"default-src * {MARK}.example",
    "Content-Security-Policy-Report-Only": f"default-src 'none'; report-uri //{MARK}.example",
    "X-Frame-Options": "ALLOWALL",
    "Strict-Transport-Security": "max-age=1",
    "Public-Key-Pins": MARK,
    "Clear-Site-Data": '"*"',
    "Cache-Control": "public, max-age=99999",
    "Vary": MARK,
    "Refresh": f"0; url=//{MARK}.example",
    "Link": f"<//{MARK}.example>; rel=preload; as=script",
    "Location": f"http://{MARK}.example/",
    "HX-Redirect": f"//{MARK}.example",
    "HX-Location": f"//{MARK}.example",
    "HX-Refresh": "true",
    "HX-Trigger": MARK,
    "HX-Retarget": "body",
    "SourceMap": f"//{MARK}.example",
    "NEL": "{}",
    "Report-To": "{}",
    "Reporting-Endpoints": f'default="https://{MARK}.example"',
    "Alt-Svc": f'h3="{MARK}.example:443"',
    "WWW-Authenticate": f'Basic realm="{MARK}"',
    "Authentication-Info": MARK,
    "Service-Worker-Allowed": "/",
    "Origin-Agent-Cluster": "?0",
    "X-Internal-Host": MARK,
    "X-Request-Id": MARK,
    "Connection": f"X-Internal-Host, {MARK}",
    "Keep-Alive": "timeout=1",
    "Proxy-Authenticate": MARK,
    "Trailer": MARK,
    "Upgrade": MARK,
}


def answers(content: Any, media_type: str = "application/json", status: int = 200) -> httpx.Response:
    """An answer with all of these headers; data that isn't bytes is JSON."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return httpx.Response(status, content=body, headers={"Content-Type": media_type, **HEADERS})


def hostile_api() -> FakeAPI:
    """A library and a workshop with a sign-in."""
    flow = {"type": "oauth2", "flows": {"password": {"scopes": {}, "tokenUrl": "/auth/token"}}}
    tool = {"type": "object", "properties": {"name": {"type": "string"}}}
    document = {
        **LIBRARY,
        "paths": {**LOGIN, **PATHS, **LIBRARY["paths"]},
        "components": {
            "schemas": {**LIBRARY["components"]["schemas"], "Tool": tool, "Key": tool},
            "securitySchemes": {"password": flow},
        },
    }
    return FakeAPI(
        {
            "GET /books": answers(books(2)),
            "GET /books/{id}": answers(book()),
            "GET /books/{id}/cover": answers(b"\x89PNG\r\n", "image/png"),
            "GET /authors": answers([]),
            "GET /dump": answers(b"PK", "application/zip"),
            "GET /terms": answers(b"%PDF-", "application/pdf"),
            "GET /feed": answers(b"data: 1\n\n", "text/event-stream"),
            "GET /stats": answers({"detail": "down"}, status=503),
            "GET /count": answers({"detail": "broken"}, status=500),
            "GET /anything": answers(b"", status=302),
            "POST /tools": answers({"id": 7, "name": "Saw"}, status=201),
            "GET /tools": answers([]),
        },
        document=document,
    )
