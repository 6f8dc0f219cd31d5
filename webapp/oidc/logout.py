"""
Signing out at the provider as well: begun here (RP-Initiated Logout 1.0), or there (Back-Channel Logout 1.0).
"""

import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from webapp.errors import StoreUnavailable
from webapp.oidc.endings import Endings, LogoutRefused, MemoryEndings
from webapp.oidc.metadata import Metadata
from webapp.oidc.provider import Provider
from webapp.oidc.signin import Identity

MOST_REFUSED = 60
"""Tokens of one sender that are refused before nothing more of theirs is looked at, for as many seconds."""
MOST_SENDERS = 1_000


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
    """Tells which logout tokens are to be acted upon, each once; `endings` is where they are remembered."""

    def __init__(self, clock: Callable[[], float] = time.time, *, endings: Endings | None = None) -> None:
        self._clock = clock
        self._endings = endings or MemoryEndings()
        self._refused: OrderedDict[str, tuple[float, int]] = OrderedDict()

    @asynccontextmanager
    async def read(self, provider: Provider, token: str, sender: str) -> AsyncIterator[Identity]:
        """
        Whose sessions are over: all of `subject`, or those of `sid`; one of them may be empty.

        They are to be ended within the block: where that fails, the token may come again. `sender` is the address that
        it came from. Raises LogoutRefused, SignInFailed where the provider's keys can't be had, or StoreUnavailable.
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
            name = f"{metadata.issuer} {claims['jti']}"
            await self._endings.use(name, now=now, until=claims["iat"] + LOGOUT_SECONDS)
        except (TokenError, LogoutRefused) as error:
            self._note_refusal(sender)
            raise LogoutRefused(str(error)) from None
        whose = Identity(metadata.issuer, claims.get("sub") or "", claims.get("sid") or "", issued_at=claims["iat"])
        try:
            await self._endings.note(whose.session or whose.owner, whose.issued_at)
            yield whose
        except BaseException:
            with suppress(StoreUnavailable):
                await self._endings.give_back(name)
            raise

    async def has_ended(self, identity: Identity) -> bool:
        """Whether somebody was signed out again while they were still on their way from the provider to here."""
        ended = [await self._endings.noted(each) for each in (identity.session, identity.owner)]
        # Within one second nobody knows which came first; but a session that is over doesn't begin again.
        return ended[0] >= identity.issued_at or ended[1] > identity.issued_at

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
