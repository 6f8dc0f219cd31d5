"""`/-/files/...` and `/-/inline/...`: what the API answers to a GET, passed on as it comes, to save or to look at."""

import logging
import re
from collections.abc import Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from webapp.client import Reply, StreamReply
from webapp.client.exact import dumps
from webapp.client.reply import ReplyKind, is_json
from webapp.errors import APIError, BadRequest, NotFound
from webapp.openapi.site import Match
from webapp.openapi.uses import is_plumbing, is_stream
from webapp.pages.filenames import disposition, is_attachment, name_of_file
from webapp.pages.filetypes import PDF, SAVE, SHOW, essence, saved_as, shown_as
from webapp.pages.lasting import until_it_ends
from webapp.pages.masking import masked
from webapp.pages.queries import for_api, read_query
from webapp.pages.resource import api_path
from webapp.pages.sites import routes_for

logger = logging.getLogger("webapp")

MOST_DATA = 8 * 1024 * 1024
"""Bytes of data that are held to take its secrets out; more is a file like any other."""

ALONE = "default-src 'none'; sandbox; frame-ancestors 'none'; form-action 'none'; base-uri 'none'"
"""The policy of a file: whatever a browser makes of it, it is of no origin, runs nothing and loads nothing."""
PICTURE_ALONE = f"{ALONE}; style-src 'unsafe-inline'"
"""Browsers centre a picture that is opened by itself with styles of their own."""
PDF_ALONE = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'; form-action 'none'; base-uri 'none'"
)
"""Browsers' own viewers of PDFs don't start in a sandbox; a PDF's scripts run in the viewer, which isn't our origin."""

_RANGE = re.compile(r"bytes=[0-9, -]{1,200}")
_VALIDATOR = re.compile(r'(W/)?"[\x21\x23-\x7e]{0,200}"|[A-Za-z0-9:, ]{1,40}')


async def save_file(request: Request) -> Response:
    """Pass a file on, to be saved."""
    return await _pass_on(request, SAVE)


async def show_file(request: Request) -> Response:
    """Pass a picture or a PDF on, to be looked at; whatever else it turns out to be, to be saved."""
    return await _pass_on(request, SHOW)


async def _pass_on(request: Request, prefix: str) -> Response:
    routes = await routes_for(request)
    match = _known(routes.match(api_path(request).removeprefix(prefix)))

    try:
        # A HEAD is asked as a GET that nobody reads: not every API knows it.
        reply = await request.state.api.ask(
            "GET",
            match.api_path or match.path,
            keep=keeps_open,
            params=for_api(read_query(request), match.operation),
            headers={"Accept": "*/*", "Accept-Encoding": "identity", **_wanted_part(request)},
            lasts=True,
        )
    except BadRequest as error:
        if error.api_status != 416:
            raise
        return Response(status_code=416, headers={"Accept-Ranges": "bytes"})

    if isinstance(reply, Reply):
        return _data_answer(request, reply, match)
    return file_answer(request, reply, match.path, inline=prefix == SHOW)


def file_answer(request: Request, reply: StreamReply, path: str, *, inline: bool = False) -> Response:
    """
    An answer of the API as a download; as something to look at, if it is `inline` and that is safe.

    `path` is the API's, for a file without a name. The reply is closed with the answer.
    """
    content_type = reply.headers.get("content-type", "")
    shown = shown_as(content_type) if inline else None
    headers = {
        "Content-Type": shown or saved_as(content_type),
        "Content-Disposition": disposition(name_of_file(reply.headers, path), inline=shown is not None),
        **_guarded(request, shown),
        **_passed_on(reply),
    }
    return _FileAnswer(reply, headers)


def keeps_open(headers: Mapping[str, str]) -> bool:
    """Whether an answer is passed on as it comes: all but data of a size that can be held, and so lose its secrets."""
    length = headers.get("content-length", "")
    is_large = length.isascii() and length.isdigit() and int(length[:18]) > MOST_DATA
    kind = essence(headers.get("content-type", ""))
    return is_large or is_attachment(headers) or bool(kind and not is_json(kind))


def _data_answer(request: Request, reply: Reply, match: Match) -> Response:
    """Data as a file, less its secrets; byte for byte as it came where it has none."""
    if reply.kind in (ReplyKind.NO_CONTENT, ReplyKind.EMPTY):
        raise NotFound("The API has answered without any content, so there is no file.")
    content, shown = reply.content, masked(reply.data, match.operation.answer)
    if shown != reply.data:
        content = dumps(shown, indent=2).encode("utf-8", "replace")
    headers = {
        "Content-Type": saved_as(reply.headers.get("content-type", "")),
        "Content-Disposition": disposition(name_of_file(reply.headers, match.path)),
        **_guarded(request, None),
    }
    return Response(content, headers=headers)


def _guarded(request: Request, shown: str | None) -> dict[str, str]:
    return {
        "Content-Security-Policy": ALONE if shown is None else PDF_ALONE if shown == PDF else PICTURE_ALONE,
        "Cache-Control": "no-store" if request.state.session.kept else "private, no-cache",
        "Vary": "Cookie",
        # As it is: compressing it again would take its length away, and a part of it is not to be changed at all.
        "Content-Encoding": "identity",
    }


class _FileAnswer(StreamingResponse):
    """Passes an answer on, no faster than the browser takes it, until the browser leaves or its session ends."""

    def __init__(self, reply: StreamReply, headers: Mapping[str, str]) -> None:
        super().__init__(reply.chunks(), reply.status if reply.status == 206 else 200, headers)
        self._reply = reply

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["method"] == "HEAD":
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                await send({"type": "http.response.body", "body": b""})
            else:
                await until_it_ends(scope["state"]["session"], super().__call__(scope, receive, send))
        except ClientDisconnect:
            pass
        except APIError as error:
            # The headers are out. A connection that ends too early is how the browser learns that this isn't all.
            logger.warning("A download broke off: %s", error)
        finally:
            await self._reply.aclose()


def _known(match: Match | None) -> Match:
    if match is None or match.operation.method != "GET" or is_plumbing(match.operation) or is_stream(match.operation):
        raise NotFound("There is no file here.")
    return match


def _wanted_part(request: Request) -> dict[str, str]:
    """The part of the file that a browser asks for, which has begun to load it before."""
    wanted, known = request.headers.get("range", ""), request.headers.get("if-range", "")
    if not _RANGE.fullmatch(wanted):
        return {}
    return {"Range": wanted, **({"If-Range": known} if _VALIDATOR.fullmatch(known) else {})}


def _passed_on(reply: StreamReply) -> dict[str, str]:
    """What a browser needs to know of the file: its length, and how to go on with a half of it."""
    if reply.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        return {}  # the bytes that go out are others than these are said of
    told = {name: reply.headers.get(name, "") for name in _PASSED_ON}
    return {name: value for name, value in told.items() if _PASSED_ON[name].fullmatch(value)}


_PASSED_ON = {
    "content-length": re.compile(r"[0-9]{1,18}"),
    "content-range": re.compile(r"bytes [0-9*/-]{1,60}"),
    "accept-ranges": re.compile(r"bytes|none"),
    "etag": _VALIDATOR,
    "last-modified": _VALIDATOR,
}
