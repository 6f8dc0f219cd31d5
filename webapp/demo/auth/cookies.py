"""The two cookies of a session: one for every path, one for renewal alone."""

import math

from fastapi import Request, Response
from fastapi.responses import JSONResponse

SESSION_COOKIE = "tracker_session"
REFRESH_COOKIE = "tracker_refresh"
REFRESH_PATH = "/auth"


def set_cookies(request: Request, response: Response, access: str, refresh: str, ages: tuple[float, float]) -> None:
    """Hand both tokens to the client, each for as many seconds as it is good for."""
    secure = request.url.scheme == "https"
    response.set_cookie(
        SESSION_COOKIE, access, max_age=math.ceil(ages[0]), path="/", httponly=True, samesite="lax", secure=secure
    )
    response.set_cookie(
        REFRESH_COOKIE,
        refresh,
        max_age=math.ceil(ages[1]),
        path=_refresh_path(request),
        httponly=True,
        samesite="strict",
        secure=secure,
    )


def delete_cookies(request: Request, response: Response) -> None:
    """Take both back."""
    response.delete_cookie(SESSION_COOKIE, path="/")
    response.delete_cookie(REFRESH_COOKIE, path=_refresh_path(request))


def signed_out(request: Request, detail: str) -> JSONResponse:
    """A 401 that takes the cookies back: an HTTPException would lose the headers of its response."""
    response = JSONResponse({"detail": detail}, 401, {"WWW-Authenticate": "Bearer"})
    delete_cookies(request, response)
    return response


def _refresh_path(request: Request) -> str:
    return f"{request.scope.get('root_path', '')}{REFRESH_PATH}"
