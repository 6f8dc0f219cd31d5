"""A browser's cookie -> its APIClient."""

from webapp.sessions.cookie import SessionCookie
from webapp.sessions.middleware import SessionMiddleware
from webapp.sessions.registry import SessionRegistry
from webapp.sessions.session import Session, State

__all__ = ["Session", "SessionCookie", "SessionMiddleware", "SessionRegistry", "State"]
