"""What has just been done, said on the next page."""

from starlette.requests import Request
from starlette.responses import Response

from webapp.sessions import Notice, Notices, Undo


def notify(response: Response, request: Request, text: str, undo: Undo | None = None) -> Response:
    """
    Have the page that `response` leads to say this, with a button that takes it back if there is a way.

    `text` is one short sentence without any secret. Returns the response.
    """
    notices: Notices = request.state.notices
    notices.leave(Notice(text, undo))
    return response
