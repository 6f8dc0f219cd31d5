"""What a form of ours sent: a few short texts."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from webapp.errors import BadRequest, TooLarge, Unsupported

MOST_BYTES = 64 * 1024
MOST_FIELDS = 100


async def read_form(request: Request) -> dict[str, str]:
    """
    The fields of an urlencoded form, the last of each name.

    Anybody may send one before signing in, so it is read in memory and only up to a bound; files have no place in it.
    Raises Unsupported, TooLarge or BadRequest.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in ("application/x-www-form-urlencoded", ""):
        raise Unsupported("This form is sent as application/x-www-form-urlencoded.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise TooLarge("This is more than a form of this kind holds.")
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise BadRequest("This form can't be read.") from None
