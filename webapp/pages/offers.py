"""What a session is offered to sign in with besides, where an operation wants what it doesn't hold."""

from collections.abc import Iterator, Sequence

from starlette.requests import Request

from webapp.client.schemes import Scheme
from webapp.html.context import HeldCredential
from webapp.html.urls import href
from webapp.openapi.site import Accounts, SignIn
from webapp.openapi.ways import way_of
from webapp.record import record
from webapp.sessions import Session


@record(frozen=True, slots=True)
class Offer:
    """One further way to sign in: for these schemes, at once."""

    schemes: tuple[Scheme, ...]
    way: SignIn

    @property
    def name(self) -> str:
        """Fit for a URL."""
        return ",".join(scheme.name for scheme in self.schemes)

    @property
    def label(self) -> str:
        """What it is: `API key`."""
        if self.way.is_posted:
            return f"{self.way.username_label} and password"
        return " and ".join(scheme.label or scheme.name for scheme in self.schemes)

    @property
    def heading(self) -> str:
        """What is to be done."""
        return f"This needs another sign-in: {_lower_first(self.label)}"


def offer_of(accounts: Accounts, session: Session, names: Sequence[str]) -> Offer | None:
    """The offer for these schemes; None where there is no such, or nothing that a person could type."""
    if not names or not all(name in accounts.schemes for name in names):
        return None
    schemes = tuple(accounts.schemes[name] for name in names)
    login = next((way for way in accounts.ways if way.is_posted), None)
    held = session.api.credentials
    if (
        login is not None
        and len(schemes) == 1
        and schemes[0].kind == "bearer"
        and not (held.bearer or held.established)
    ):
        return Offer(schemes, login)
    way = way_of(schemes)
    return Offer(schemes, way) if way is not None else None


def first_offer(accounts: Accounts, session: Session, lacks: Sequence[Sequence[str]]) -> Offer | None:
    """The offer for the first of the sets of schemes that there is one for."""
    return next((offer for names in lacks if (offer := offer_of(accounts, session, names)) is not None), None)


def held_by(request: Request, accounts: Accounts, session: Session) -> Iterator[HeldCredential]:
    """What a session is signed in with; of several each may be dropped."""
    credentials = session.api.credentials
    several = len(credentials.added) + credentials.own > 1
    action = href(request, "/-/account/sign-ins/drop") if several else None
    if credentials.own:
        yield HeldCredential("", _own_label(session), action)
    for name in credentials.added:
        scheme = accounts.schemes.get(name)
        yield HeldCredential(name, (scheme.label if scheme else "") or name, action)


def _own_label(session: Session) -> str:
    credentials = session.api.credentials
    if credentials.basic is not None:
        return f"Name and password of {session.user}"
    if credentials.keys and not credentials.bearer:
        return "API key"
    return f"Sign-in of {session.user}"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
