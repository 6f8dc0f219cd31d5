"""The clients of those who aren't known yet, which have places of their own among the connections to the API."""

from starlette.requests import Request

from webapp.client import APIClient
from webapp.sessions import Session


def arriving(request: Request, api: APIClient) -> APIClient:
    """
    The client, for what a request is signing in by: its calls count as whoever asks, as a visitor's or an owner's.

    A visitor's are those of somebody who arrives until a session begins with it, whatever credentials are being tried:
    anybody could make up more of these.
    """
    session: Session = request.state.session
    api.credentials.counted_as = session.api.credentials.counted_as
    api.credentials.arriving = not session.kept
    return api
