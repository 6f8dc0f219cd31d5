"""What was typed into a form goes along to the sign-in that comes in between."""

from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from webapp.sessions import Draft, Drafts
from webapp.sessions.addresses import network_key


class Keepable(Protocol):
    """What a request brought, and the address of the form that it was typed into."""

    @property
    def place(self) -> str: ...

    def draft(self) -> Draft:
        """What of it is kept."""


async def give_along(request: Request, response: Response) -> Response:
    """The answer that leads to the sign-in, with what finds again what was typed, if anything was."""
    typed: Keepable | None = getattr(request.state, "typed", None)
    if typed is None:
        return response
    # The answer may be made twice: by a page, and in its place once the session's end is known.
    cookie: str | None = getattr(request.state, "draft_cookie", None)
    if cookie is None:
        drafts: Drafts = request.state.drafts
        scope = request.scope
        address = network_key(scope)
        session, draft = request.state.session, typed.draft()
        folder_id = await drafts.keep(session, held(request), typed.place, draft, address=address)
        if folder_id is None:
            return response
        cookie = drafts.cookie(folder_id, scheme=scope["scheme"], root_path=scope.get("root_path", ""))
        request.state.draft_cookie = cookie
    response.headers.append("Set-Cookie", cookie)
    return response


def held(request: Request) -> str:
    """What the browser has of its drafts."""
    drafts: Drafts = request.state.drafts
    scope = request.scope
    return drafts.find(request.cookies, scheme=scope["scheme"], root_path=scope.get("root_path", ""))
