"""
Signing out at the provider as well: begun here (RP-Initiated Logout 1.0), or there (Back-Channel Logout 1.0).
"""

import time
from collections import OrderedDict
from collections.abc import Callable

from webapp.errors import WebappError
from webapp.oidc.metadata import Metadata
from webapp.oidc.provider import Provider
from webapp.oidc.signin import Identity

MOST_REMEMBERED = 20_000
"""Logout tokens that are known to have been used; each is for some minutes."""
MOST_REFUSED = 60
"""Tokens of one sender that are refused before nothing more of theirs is looked at, for as many seconds."""
MOST_SENDERS = 1_000


class LogoutRefused(WebappError):
    """A logout token that nobody acts upon; `is_too_much` where it wasn't even looked at."""

    def __init__(self, message: str, *, is_too_much: bool = False) -> None:
        super().__init__(message)
        self.is_too_much = is_too_much


def end_session_url(at: Metadata, identity_token: str, client_id: str, back: str) -> str:
    """
    Where to send a browser that is to be signed out at the provider, too.

    An empty `identity_token` is left out: it is a hint, and the client is named besides (RP-Initiated Logout 1.0, 2).
    """
    from webapp.oidc.jose import with_parameters

    hint = {"id_token_hint": identity_token} if identity_token else {}
    parameters = {**hint, "client_id": client_id, "post_logout_redirect_uri": back}
    return with_parameters(at.end_session_endpoint, parameters)


class LogoutTokens:
    """Tells which logout tokens are to be acted upon, each once."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._used: OrderedDict[str, float] = OrderedDict()
        self._refused: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._over: OrderedDict[str, float] = OrderedDict()

    async def read(self, provider: Provider, token: str, sender: str) -> Identity:
        """
        Whose sessions are over: all of `subject`, or those of `sid`; one of them may be empty.

        `sender` is the address that the token came from. Raises LogoutRefused, or SignInFailed where the provider's
        keys can't be had.
        """
        from webapp.oidc.jose import LOGOUT_SECONDS, TokenError, logout_claims

        self._check_patience(sender)
        metadata, now = await provider.metadata(), self._clock()
        try:
            claims = await provider.checked(
                token,
                lambda keys: logout_claims(
                    token,
                    keys,
                    allowed=metadata.algorithms,
                    issuer=metadata.issuer,
                    client_id=provider.registration.client_id,
                    now=now,
                ),
            )
            self._use(f"{metadata.issuer} {claims['jti']}", claims["iat"] + LOGOUT_SECONDS)
        except (TokenError, LogoutRefused) as error:
            self._note_refusal(sender)
            raise LogoutRefused(str(error)) from None
        whose = Identity(metadata.issuer, claims.get("sub") or "", claims.get("sid") or "", issued_at=claims["iat"])
        self._over[whose.session or whose.owner] = whose.issued_at
        self._over.move_to_end(whose.session or whose.owner)
        if len(self._over) > MOST_REMEMBERED:
            self._over.popitem(last=False)
        return whose

    def has_ended(self, identity: Identity) -> bool:
        """Whether somebody was signed out again while they were still on their way from the provider to here."""
        ended = (self._over.get(identity.session, -1.0), self._over.get(identity.owner, -1.0))
        # Within one second nobody knows which came first; but a session that is over doesn't begin again.
        return ended[0] >= identity.issued_at or ended[1] > identity.issued_at

    def _use(self, name: str, until: float) -> None:
        now = self._clock()
        while self._used and next(iter(self._used.values())) < now:
            self._used.popitem(last=False)
        if name in self._used and self._used[name] >= now:
            raise LogoutRefused("it was used before")
        if len(self._used) >= MOST_REMEMBERED:
            raise LogoutRefused("there are too many at once", is_too_much=True)
        self._used[name] = until

    def _check_patience(self, sender: str) -> None:
        since, refused = self._refused.get(sender, (0.0, 0))
        if refused >= MOST_REFUSED and self._clock() - since < MOST_REFUSED:
            raise LogoutRefused("too many tokens of this sender were refused", is_too_much=True)

    def _note_refusal(self, sender: str) -> None:
        now = self._clock()
        since, refused = self._refused.pop(sender, (now, 0))
        self._refused[sender] = (since, refused + 1) if now - since < MOST_REFUSED else (now, 1)
        if len(self._refused) > MOST_SENDERS:
            self._refused.popitem(last=False)
