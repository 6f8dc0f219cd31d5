"""A browser's cookie -> its APIClient."""

from webapp.sessions.cookie import SessionCookie
from webapp.sessions.drafts import Draft, Drafts
from webapp.sessions.middleware import SessionMiddleware
from webapp.sessions.notices import Notice, NoticeMiddleware, Notices, Undo
from webapp.sessions.registry import SessionRegistry
from webapp.sessions.session import Session, State

__all__ = [
    "Draft",
    "Drafts",
    "Notice",
    "NoticeMiddleware",
    "Notices",
    "Session",
    "SessionCookie",
    "SessionMiddleware",
    "SessionRegistry",
    "State",
    "Undo",
]
