"""A browser's cookie -> its APIClient."""

from webapp.sessions.audit import audit, audit_observer
from webapp.sessions.bounces import Bounces
from webapp.sessions.contract import Ending, Registry, TooManySessions
from webapp.sessions.cookie import SessionCookie
from webapp.sessions.draft import Draft
from webapp.sessions.drafts import Drafts
from webapp.sessions.middleware import Instead, SessionMiddleware
from webapp.sessions.notices import Notice, NoticeMiddleware, Notices, Undo
from webapp.sessions.opening import open_buckets, open_folders, open_registry, open_store
from webapp.sessions.registry import SessionRegistry
from webapp.sessions.session import Session, State
from webapp.sessions.throttle import Throttle, Try

__all__ = [
    "Bounces",
    "Draft",
    "Drafts",
    "Ending",
    "Instead",
    "Notice",
    "NoticeMiddleware",
    "Notices",
    "Registry",
    "Session",
    "SessionCookie",
    "SessionMiddleware",
    "SessionRegistry",
    "State",
    "Throttle",
    "TooManySessions",
    "Try",
    "Undo",
    "audit",
    "audit_observer",
    "open_buckets",
    "open_folders",
    "open_registry",
    "open_store",
]
