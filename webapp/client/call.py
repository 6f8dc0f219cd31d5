"""One call before it is sent: where it goes, and all the headers that it will have."""

import inspect
from collections.abc import Mapping
from dataclasses import field
from types import EllipsisType
from typing import Any
from uuid import uuid4

import httpx

from webapp.client.bodies import Body, Content, Files, Form, encode_body
from webapp.client.choice import Choice
from webapp.client.config import ClientConfig, checked_headers, checked_value, header_bytes
from webapp.client.context import request_context
from webapp.client.credentials import Credentials
from webapp.client.hiding import PARTS
from webapp.client.keys import ApiKey, in_place
from webapp.client.paths import Params, join
from webapp.client.schemes import Alternatives
from webapp.client.writing import READS
from webapp.errors import UnsafePath
from webapp.record import record

_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "QUERY"))
_FRAMING = frozenset(
    ("host", "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect")
)
_NEVER_LENT = _FRAMING | {
    "accept-encoding",
    "authorization",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "proxy-authorization",
}


@record(frozen=True, slots=True)
class Call:
    """
    One call, ready to be sent as often as it takes.

    `base` are its headers but for the credentials, `own` those the caller gave, which win over everything.
    `plain` calls (sign-in, renewal) carry no bearer, follow no redirect, and bring their cookies back in `Answer`.
    `wanted` is what the operation asks for of those who call, where its document says. Where a redirect leads to a
    login page, that is the answer, unless the call goes `through`. What `lasts` is sent or read at somebody's own pace.
    """

    method: str
    target: str = field(repr=False)
    url: httpx.URL = field(repr=False)
    body: Body
    base: dict[str, str] = field(repr=False)
    own: dict[str, str] = field(repr=False)
    timeout: float
    request_id: str
    plain: bool = False
    wanted: Alternatives | None = None
    through: bool = False
    lasts: bool = False

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


def prepare(
    config: ClientConfig,
    method: str,
    path: str,
    *,
    params: Params | None = None,
    json: Any | EllipsisType = ...,
    data: Form | None = None,
    files: Files | None = None,
    content: Content | None = None,
    body: Body | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float | None = None,
    plain: bool = False,
    lasts: bool = False,
) -> Call:
    """The call to `path`; UnsafePath when any of it would reach further than the API."""
    method = method.upper()
    if method not in _METHODS:
        raise UnsafePath(f"{method[:20]!r} is not a method.")
    target = join(config.base.prefix, path, params)
    if body is None:
        body = encode_body(method, json, data, files, content)
    own = checked_headers(headers) if headers else {}
    if _FRAMING & own.keys():
        raise UnsafePath(f"The header {min(_FRAMING & own.keys())!r} is the connection's own.")
    if config.api_key is not None:
        own = {name: value for name, value in own.items() if name not in PARTS}
    base, request_id = _base_headers(config, body, own)
    timeout = config.timeout if timeout is None else timeout
    lasts = lasts or body.stream is not None
    return Call(method, target, config.url(target), body, base, own, timeout, request_id, plain, lasts=lasts)


def _base_headers(config: ClientConfig, body: Body, own: dict[str, str]) -> tuple[dict[str, str], str]:
    base = {**config.headers, **body.headers}
    context = request_context.get()
    if context is None:
        request_id = uuid4().hex
    else:
        request_id = checked_value("x-request-id", context.request_id)
        lent = checked_headers(context.headers) if config.lends else {}
        for name in _NEVER_LENT & lent.keys():
            del lent[name]
        browser = lent.pop("user-agent", "")
        base.update(lent)
        if browser:
            base["user-agent"] = f"{config.user_agent} {browser}"
    request_id = own.get("x-request-id", request_id)
    base["x-request-id"] = request_id
    if "content-length" in own and body.stream is not None:
        base.pop("transfer-encoding", None)
    elif "content-length" in own:
        del own["content-length"]
    return base, request_id


async def all_headers(
    config: ClientConfig, credentials: Credentials, call: Call, choice: Choice
) -> list[tuple[bytes, bytes]]:
    """The headers of one sending, credentials and all; UnsafePath where one would break out of its line."""
    headers = {**call.base, **_given(config, credentials)}
    if not call.plain:
        if choice.authorization:
            headers["authorization"] = checked_value("authorization", choice.authorization)
        if config.auth_header_factory is not None:
            made = config.auth_header_factory()
            headers.update(checked_headers(await made if inspect.isawaitable(made) else made))
    if choice.keys:
        headers.update(checked_headers(dict(in_place(choice.keys, "header"))))
    if call.method not in READS:
        content_type = headers.get("content-type", "")
        headers |= config.writing.headers_for(credentials.cookies, call.path, config.clock(), content_type)
    known = _cookies(config, credentials, call, choice)
    if known:
        headers["cookie"] = checked_value("cookie", known)
    headers.update(call.own)
    if known and "cookie" in call.own:
        headers["cookie"] = f"{known}; {call.own['cookie']}"
    return [(name.encode(), header_bytes(value)) for name, value in headers.items()]


def keys_sent(config: ClientConfig, choice: Choice) -> tuple[ApiKey, ...]:
    """The keys that go along with a call."""
    return choice.keys if config.api_key is None else (config.api_key, *choice.keys)


def _given(config: ClientConfig, credentials: Credentials) -> dict[str, str]:
    """The header of the key that a session has, or else of everybody's."""
    if credentials.api_key:
        return {config.api_key_name: checked_value(config.api_key_name, credentials.api_key)}
    given = config.api_key
    return {given.name: checked_value(given.name, given.value)} if given and given.place == "header" else {}


def _cookies(config: ClientConfig, credentials: Credentials, call: Call, choice: Choice) -> str:
    cookies = [f"{name}={value}" for name, value in in_place(keys_sent(config, choice), "cookie")]
    if credentials.cookies:
        cookies.append(credentials.cookies.header(call.path, config.clock()) or "")
    return "; ".join(filter(None, cookies))
