"""The registry that the settings ask for: in this process, or in a store that others share."""

from collections.abc import Awaitable, Callable, Sequence

from webapp.client import APIClient, Credentials
from webapp.errors import SettingsError
from webapp.sessions.contract import Limits, Registry
from webapp.sessions.registry import SessionRegistry
from webapp.sessions.session import Session
from webapp.settings import Settings


def open_registry(
    settings: Settings,
    keys: Sequence[str],
    *,
    restore: Callable[[Credentials, bool], Awaitable[APIClient]],
    on_closed: Callable[[Session], None],
) -> Registry:
    """
    The registry; a store isn't asked anything yet.

    `keys` seal what a store holds; `restore` makes a client for what was in it, and is told whether a provider renews
    that. Raises SettingsError.
    """
    limits: Limits = {
        "idle": settings.session_idle,
        "lifetime": settings.session_lifetime,
        "capacity": settings.max_sessions,
        "per_owner": settings.max_sessions_per_user,
        "on_closed": on_closed,
    }
    if settings.session_store is None:
        return SessionRegistry(**limits)
    if not settings.secret_key:
        raise SettingsError("WEBAPP_SESSION_STORE needs WEBAPP_SECRET_KEY: what is stored is sealed by it.")
    try:
        from webapp.sessions.shared import SharedRegistry
        from webapp.store import Store, connect
    except ImportError:
        raise SettingsError('WEBAPP_SESSION_STORE needs more packages: pip install "webapp[redis]"') from None
    store = Store(connect(settings.session_store))
    return SharedRegistry(store, keys, prefix=settings.cookie_name, restore=restore, **limits)
