"""Operations beside the sign-in that take a name and a password too: who guesses there has to wait as well."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from starlette.requests import Request

from webapp.errors import APIError
from webapp.openapi.security import login_names
from webapp.openapi.site import Operation
from webapp.pages.guard import begin_try, failed


@asynccontextmanager
async def counted(request: Request, operation: Operation, values: Mapping[str, Any]) -> AsyncIterator[None]:
    """
    Around sending an operation: the refusal of one that looks like a sign-in is a wrong password, and written down.

    Raises RateLimited, before anything is sent, where that's one too many.
    """
    names = login_names(operation)
    if names is None:
        yield
        return
    body = values.get("body")
    account = body.get(names[0]) if isinstance(body, Mapping) else None
    tried = await begin_try(request, account if isinstance(account, str) else "")
    try:
        yield
    except APIError as error:
        await failed(tried, error)
        raise
    await tried.give_back()
