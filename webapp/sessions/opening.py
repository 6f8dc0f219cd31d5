"""What the settings ask for, the registry above all: in this process, or in a store that others share."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from webapp.client import APIClient, Credentials
from webapp.errors import SettingsError
from webapp.sessions.buckets import Buckets, MemoryBuckets
from webapp.sessions.contract import Limits, Registry
from webapp.sessions.folders import Folders, MemoryFolders
from webapp.sessions.registry import SessionRegistry
from webapp.sessions.session import Session
from webapp.settings import Settings

if TYPE_CHECKING:
    from webapp.store import Store


def open_store(settings: Settings, *, observer: Callable[[float, str], None] | None = None) -> "Store | None":
    """
    The store that processes share, which isn't asked anything yet; None without one.

    `observer` is told how many seconds each question took, and the kind of its error, if any. Raises SettingsError.
    """
    if settings.session_store is None:
        return None
    if not settings.secret_key:
        raise SettingsError("WEBAPP_SESSION_STORE needs WEBAPP_SECRET_KEY: what is stored is sealed by it.")
    try:
        from webapp.store import Store, connect
    except ImportError:
        raise SettingsError('WEBAPP_SESSION_STORE needs more packages: pip install "webapp[redis]"') from None
    return Store(connect(settings.session_store), observer=observer)


def open_buckets(settings: Settings, keys: Sequence[str], store: "Store | None") -> Buckets:
    """Where tries to sign in are counted; `keys` hide whose they are."""
    if store is None:
        return MemoryBuckets()
    from webapp.sessions.counting import SharedBuckets
    from webapp.store import Tries

    return SharedBuckets(Tries(store, keys, prefix=settings.cookie_name))


def open_folders(settings: Settings, keys: Sequence[str], store: "Store | None") -> Folders:
    """Where drafts are kept; `keys` seal and hide what a store holds."""
    if store is None:
        return MemoryFolders()
    from webapp.sessions.sharedfolders import SharedFolders

    return SharedFolders(store, keys, prefix=settings.cookie_name)


def open_registry(
    settings: Settings,
    keys: Sequence[str],
    store: "Store | None",
    *,
    restore: Callable[[Credentials, bool], Awaitable[APIClient]],
    on_closed: Callable[[Session], None],
) -> Registry:
    """
    The registry; a store isn't asked anything yet.

    `keys` seal what a store holds; `restore` makes a client for what was in it, and is told whether a provider renews
    that.
    """
    limits: Limits = {
        "idle": settings.session_idle,
        "lifetime": settings.session_lifetime,
        "capacity": settings.max_sessions,
        "per_owner": settings.max_sessions_per_user,
        "on_closed": on_closed,
    }
    if store is None:
        return SessionRegistry(**limits)
    from webapp.sessions.shared import SharedRegistry

    return SharedRegistry(store, keys, prefix=settings.cookie_name, restore=restore, **limits)
