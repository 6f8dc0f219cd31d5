"""Tries to sign in or to register, counted and written down; too many have to wait."""

import logging
import math

from starlette.requests import Request
from starlette.responses import Response

from webapp.errors import APIError, BadGateway, RateLimited, Unavailable
from webapp.sessions import Registry, Session, Throttle, Try, audit

UNCHECKED = (Unavailable, RateLimited, BadGateway)
"""What an API says that hasn't looked at a password."""


async def begin_try(request: Request, account: str = "", *, is_guessed: bool = True) -> Try:
    """Count a try; raises RateLimited where it's one too many, StoreUnavailable where nobody can count."""
    throttle: Throttle = request.state.throttle
    tried = await throttle.begin(request.scope, account, is_guessed=is_guessed)
    if tried.retry_after:
        audit("sign_in_throttled", level=logging.WARNING, account=tried.account)
        raise RateLimited("Too many tries.", retry_after=math.ceil(tried.retry_after))
    return tried


async def is_full(request: Request) -> bool:
    """Whether there is no room for another session, which isn't worth a try."""
    registry: Registry = request.state.registry
    session: Session = request.state.session
    return not session.kept and not await registry.has_room("")


async def failed(tried: Try, error: APIError) -> None:
    """Write a refusal down; what nobody has checked doesn't count."""
    if isinstance(error, UNCHECKED):
        await tried.give_back()
    audit("sign_in_refused", level=logging.WARNING, account=tried.account, why=type(error).__name__)


async def succeeded(request: Request, answer: Response, tried: Try, account: str) -> Response:
    """The answer to a good sign-in, by which its browser is known the next time; by no account it isn't."""
    throttle: Throttle = request.state.throttle
    await tried.give_back()
    if account:
        answer.headers.append("Set-Cookie", throttle.welcome(request.scope, account))
    return answer
