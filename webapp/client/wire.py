"""One call on its way, and what came back, without any thought of signing in."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

import httpx

from webapp.client.arrived import Arrived
from webapp.client.bodies import EMPTY
from webapp.client.call import Call, all_headers, keys_sent
from webapp.client.choice import choose
from webapp.client.config import ClientConfig
from webapp.client.connections import PATIENCE, Connections, Sending
from webapp.client.cookies import Cookie, parse_date, parse_set_cookie
from webapp.client.credentials import Credentials
from webapp.client.decoding import parse_json
from webapp.client.exchange import Headers
from webapp.client.failures import no_answer, parse_retry_after, refusal
from webapp.client.hiding import hide_in_headers, without_value, without_value_in
from webapp.client.inflate import encoding_of, read_beginning, read_body
from webapp.client.keys import ApiKey, with_keys, without_echoes, without_keys
from webapp.client.lost import leads_to_login
from webapp.client.paths import join
from webapp.client.patience import IN_TURN, Patience
from webapp.client.problems import read_problem
from webapp.client.redaction import scrub
from webapp.client.reply import cut_short, is_json, media_type
from webapp.client.share import CLAIM, Claim, Share
from webapp.client.writing import FETCHES
from webapp.errors import APIError, BadGateway, Unavailable, UnsafePath

E = TypeVar("E", bound=Exception)

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 5
_LONGEST_ERROR = 256 * 1024


class Answer(NamedTuple):
    """An answer read to its end (or still `open`, to be streamed), with the cookies of a plain call."""

    response: httpx.Response
    content: bytes
    cookies: list[Cookie]
    open: bool = False
    hides: ApiKey | None = None
    """What is configured for everybody, and shown to nobody."""


Keep = Callable[[httpx.Headers], bool]
"""Says of a successful answer's headers whether it is to stay open, to be read as it comes."""


async def answer(config: ClientConfig, credentials: Credentials, call: Call, *, keep: Keep | None = None) -> Answer:
    """Send the call and read what comes back, any status; Unavailable or BadGateway when nothing usable does."""
    try:
        claim, pool = _claim(credentials, call), _straight_pool(config, call)
        if pool is not None:
            patience = Patience(call.timeout) if call.timeout < math.inf else None
            return await _answer(config, credentials, call, keep, _Way(pool, patience, claim))
        async with _timeout(call) as patience:
            return await _answer(config, credentials, call, keep, _Way(None, patience, claim))
    except APIError as error:
        error.request_id = call.request_id
        _tell(config, error)
        raise
    except (httpx.TransportError, TimeoutError, OSError) as error:
        raise _tell(config, no_answer(error, call.request_id)) from error


async def _answer(config: ClientConfig, credentials: Credentials, call: Call, keep: Keep | None, way: "_Way") -> Answer:
    response, cookies = await _follow(config, credentials, call, way)
    if call.body.pace is not None:
        call.body.pace.stop(refused=response.is_error)
    if keep and response.is_success and response.status_code != 204 and keep(response.headers):
        return await _left_open(response, cookies)
    try:
        content = _without_keys(config, credentials, await _read(config, call, response))
    except httpx.TransportError as error:
        raise cut_short(error, call.request_id) from error
    finally:
        await response.aclose()
    return Answer(response, content, cookies, hides=config.api_key)


class _Way(NamedTuple):
    """How a call gets to the API: by a pool that keeps the time itself, past what httpx makes of it, or by httpx."""

    straight: Connections | Share | None
    patience: Patience | None
    claim: Claim | None


def _straight_pool(config: ClientConfig, call: Call) -> Connections | Share | None:
    """The pool, where nothing keeps a call waiting but that and the API, as it is with most."""
    pool = config.transport
    if (
        not isinstance(pool, Connections | Share)
        or call.body.stream is not None
        or config.auth_header_factory is not None
    ):
        return None
    return pool


def _claim(credentials: Credentials, call: Call) -> Claim | None:
    """What a call takes of the pool; of what renews nothing is to be in the way."""
    if call.plain and (credentials.present or not credentials.counted_as) and not credentials.arriving:
        return None
    is_stranger = not (credentials.present or call.plain or credentials.arriving)
    return Claim(credentials.counted_as, is_stranger, call.lasts, credentials.arriving)


def _tell(config: ClientConfig, error: E) -> E:
    if config.observer is not None and isinstance(error, APIError):
        config.observer.failed(error)
    return error


async def _left_open(response: httpx.Response, cookies: list[Cookie]) -> Answer:
    """The answer to be read as it comes, unless it's plain already that it can't be."""
    try:
        encoding_of(response)
    except BadGateway:
        await response.aclose()
        raise
    if isinstance(response, Arrived):
        response.exchange.stay()
    return Answer(response, b"", cookies, open=True)


@asynccontextmanager
async def _timeout(call: Call) -> AsyncIterator[Patience | None]:
    """The call's time-out; begun anew with each piece of a body that the caller streams."""
    pace = call.body.pace
    async with asyncio.timeout(call.timeout if call.timeout < math.inf else None) as timeout:
        if call.timeout == math.inf:
            yield None
            return
        patience = Patience(call.timeout, timeout)
        if pace is None:
            yield patience
            return
        pace.follow(timeout, call.timeout)
        try:
            yield patience
        finally:
            pace.stop()


async def _read(config: ClientConfig, call: Call, response: httpx.Response) -> bytes:
    if call.method == "HEAD" or response.status_code in (204, 304):
        return b""
    if response.status_code >= 400:
        return await read_beginning(response, _LONGEST_ERROR)
    return await read_body(response, config.max_body)


def _held_keys(config: ClientConfig, credentials: Credentials) -> list[ApiKey]:
    """All keys that any call may carry."""
    given = [] if config.api_key is None else [config.api_key]
    return [*given, *credentials.keys, *credentials.added.values()]


def _without_keys(config: ClientConfig, credentials: Credentials, content: bytes) -> bytes:
    """An answer without the keys that it repeats: of one's own the query, of everybody's all."""
    content = without_echoes(content, _held_keys(config, credentials))
    return content if config.api_key is None else without_value(content, config.api_key)


async def _follow(
    config: ClientConfig, credentials: Credentials, call: Call, way: _Way
) -> tuple[httpx.Response, list[Cookie]]:
    asked = call
    for _ in range(_MOST_REDIRECTS + 1):
        generation = credentials.generation
        try:
            response = await _send(config, credentials, call, way)
        except (APIError, httpx.TransportError) as error:
            if call is asked or asked.method in FETCHES:
                raise
            failure = error if isinstance(error, APIError) else no_answer(error, call.request_id)
            failure.sent = True  # the write was, whatever became of reading where it led
            raise failure from error
        cookies = _cookies(config, response, call)
        if cookies and not call.plain and response.status_code != 401 and generation == credentials.generation:
            # A late answer can't bring back what was replaced since, nor a 401 take away what renews it.
            credentials.store(cookies, config.clock())
        if call.plain or response.status_code not in _REDIRECTS:
            return response, cookies
        if not call.through and leads_to_login(response):
            return response, cookies
        await response.aclose()
        call = _redirected(config, credentials, call, response)
    raise BadGateway("The API redirects in a circle.")


async def _send(config: ClientConfig, credentials: Credentials, call: Call, way: _Way) -> httpx.Response:
    try:
        return await _send_once(config, credentials, call, way)
    except httpx.ConnectError:
        if call.method not in FETCHES:
            raise
    return await _send_once(config, credentials, call, way)


async def _send_once(config: ClientConfig, credentials: Credentials, call: Call, way: _Way) -> httpx.Response:
    choice = choose(credentials, call.wanted, config.api_key)
    target = with_keys(call.target, keys_sent(config, choice))
    headers = await all_headers(config, credentials, call, choice)
    ended = config.observer.sending(call.method, headers) if config.observer is not None else None
    status = None
    try:
        if way.straight is not None:
            response = await _sent_straight(config, call, target, headers, way.straight, way)
        else:
            response = await _sent(config, call, target, headers, way)
        status = response.status_code
    except Exception as error:
        if call.body.failures:
            raise call.body.failures[0] from None
        if isinstance(error, httpx.ReadError) and call.body.pace is not None and call.body.pace.begun:
            raise Unavailable(
                "The API ended the connection before it had everything; it may be too much for it."
            ) from error
        raise
    finally:
        if ended is not None:
            ended(status)
    if config.api_key is not None:
        hide_in_headers(response, config.api_key)
    return response


async def _sent_straight(
    config: ClientConfig, call: Call, target: str, headers: Headers, pool: Connections | Share, way: _Way
) -> httpx.Response:
    body, connecting = call.body.content or b"", config.connect_timeout
    sending = Sending(call.method, config.base.host, target, headers, body, connecting, way.patience)
    if isinstance(pool, Share):
        exchange = await (pool.pool.send(sending) if way.claim is None else pool.send(sending, way.claim))
    else:
        exchange = await pool.send(sending)
    return Arrived(exchange, call.method, call.url)


async def _sent(config: ClientConfig, call: Call, target: str, headers: Headers, way: _Way) -> httpx.Response:
    # The keys that belong into the query are in no call, log or cache.
    url = call.url if target == call.target else httpx.URL(config.base.origin + target)
    # Less for the pool than the call has in all, so that whoever finds no place is told that it was that.
    timeout = {"connect": config.connect_timeout, "pool": IN_TURN * call.timeout if call.timeout < math.inf else None}
    extensions = {"timeout": timeout, CLAIM: way.claim, PATIENCE: way.patience}
    request = httpx.Request(call.method, url, headers=headers, stream=call.body.open(), extensions=extensions)
    if call.body.stream is None:
        request.read()
    response = await config.transport.handle_async_request(request)
    response.request = request
    return response


def _cookies(config: ClientConfig, response: httpx.Response, call: Call) -> list[Cookie]:
    if "set-cookie" not in response.headers:
        return []
    now = config.clock()
    found = [
        parse_set_cookie(value.decode("latin-1"), call.path, now)
        for name, value in response.headers.raw
        if name.lower() == b"set-cookie"
    ]
    return [cookie for cookie in found if cookie is not None]


def _redirected(config: ClientConfig, credentials: Credentials, call: Call, response: httpx.Response) -> Call:
    """The GET that a redirect asks for, if it stays at the API and within its prefix."""
    try:
        url = call.url.join(response.headers.get("location", ""))
        target = without_keys(join("", url.raw_path.decode("ascii")), _held_keys(config, credentials))
    except (httpx.InvalidURL, UnsafePath, UnicodeError):
        raise BadGateway("The API redirects to something that isn't a URL.") from None
    if not response.headers.get("location") or not config.base.accepts(url):
        raise BadGateway("The API redirects to another place.", api_status=response.status_code)
    if call.method in FETCHES:
        return replace(call, target=target, url=config.url(target))
    if response.status_code in (307, 308):
        raise BadGateway(f"The API expects this at {target.partition('?')[0]}.", api_status=response.status_code)
    gone = {"content-type", "content-length", *call.body.headers}
    base, own = ({name: value for name, value in some.items() if name not in gone} for some in (call.base, call.own))
    return replace(call, method="GET", target=target, url=config.url(target), body=EMPTY, base=base, own=own)


def error_of(config: ClientConfig, call: Call, got: Answer) -> APIError:
    """The error that an answer other than 2xx and 304 amounts to."""
    status = got.response.status_code
    if status < 400:
        unusable = BadGateway("The API's answer can't be used.", api_status=status, request_id=call.request_id)
        return _tell(config, unusable)
    data, text = decode_body(got)
    error = refusal(
        status,
        scrub(read_problem(status, data, text), call.body.submitted),
        retry_after=retry_after(config, got),
        request_id=call.request_id,
    )
    return _tell(config, error)


def api_time(got: Answer) -> float | None:
    """The time by the API's clock, where its answer says."""
    return parse_date(got.response.headers.get("date", ""))


def retry_after(config: ClientConfig, got: Answer) -> float | None:
    """How many seconds the API asks to wait, where it does."""
    return parse_retry_after(got.response.headers.get("retry-after"), config.clock())


def decode_body(got: Answer) -> tuple[Any, str]:
    """A body taken as it comes: its data, where it's JSON, and else its text, where it isn't a page."""
    kind = media_type(got.response.headers)
    if is_json(kind) or got.content.lstrip()[:1] in (b"{", b"["):
        try:
            data = parse_json(got.content)
            return data if got.hides is None else without_value_in(data, got.content, got.hides), ""
        except (ValueError, RecursionError):
            return None, ""
    return None, "" if "html" in kind or "xml" in kind else got.content[:4096].decode("utf-8", "replace")


def is_bare(got: Answer) -> bool:
    """Whether an answer came without a body, rather than with one that couldn't be read."""
    headers = got.response.headers
    return not got.content and headers.get("content-length", "0") == "0" and "content-encoding" not in headers
