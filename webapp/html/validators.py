"""What hasn't changed since a browser got it isn't sent again (RFC 9110, 13.1.2)."""

from hashlib import blake2b

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response


def validated(request: Request, answer: Response) -> Response:
    """
    The answer with an ETag, or 304 where the browser has it already; as it is, where no browser may keep it.

    The tag is that of the bytes, so a page and a part of it, which have one address, never have one tag. It's weak,
    because compression makes others of them.
    """
    if request.method not in ("GET", "HEAD") or answer.status_code != 200:
        return answer
    if "no-store" in answer.headers.get("cache-control", "no-store"):
        return answer
    tag = f'W/"{blake2b(bytes(answer.body), digest_size=12).hexdigest()}"'
    answer.headers["ETag"] = tag
    if not is_held(tag, request.headers):
        return answer
    del answer.headers["content-length"], answer.headers["content-type"]
    return Response(status_code=304, headers=dict(answer.headers))


def is_held(tag: str, headers: Headers) -> bool:
    """Whether whoever asks with these headers has what this tag is of."""
    return tag in headers.get("if-none-match", "")
