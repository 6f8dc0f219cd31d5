"""
A sentence from one page to the next: "Project created.", in a signed cookie that the next page takes away.

It needs no session, so strangers get theirs too, and holds for a minute. Signed together with the session's id, it is
nobody else's. It never holds a secret: whoever has the browser can read it.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256

from itsdangerous import BadSignature, TimestampSigner
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webapp.record import record
from webapp.sessions.cookie import mount_path, prefixed, sent_values, set_cookie
from webapp.sessions.session import Session
from webapp.settings import is_https

SECONDS = 60
LONGEST_TEXT = 300
LONGEST_COOKIE = 3500
"""Browsers drop a cookie of more than 4096 bytes, name and attributes included."""


@record(frozen=True, slots=True)
class Undo:
    """How to take back what the notice is about: a form to be posted."""

    action: str
    """Where it goes, on this very site."""
    label: str = "Undo"
    fields: tuple[tuple[str, str], ...] = ()


@record(frozen=True, slots=True)
class Notice:
    """What has been done, in a sentence."""

    text: str
    undo: Undo | None = None


class Notices:
    """One request's notices: the one that came with it, and the one that goes out with its answer."""

    def __init__(self, signers: Sequence[TimestampSigner], name: str, scope: Scope, secure: bool) -> None:
        self._signers = signers
        self._name = name
        self._scope = scope
        self._secure = secure
        self._leaving = ""
        self._said: Notice | None = None
        self.taken = False
        """Whether a page has shown what came, so that it's not shown again."""

    def say(self, notice: Notice) -> None:
        """Have the page that is being made say this, whatever the one before had to say."""
        self._said = notice

    def take(self) -> Notice | None:
        """What is to be said, by this page or by the one before, for a page that shows it; None where it's nothing."""
        value = self._sent()
        if value and self._may_never_be_shown():
            return self._said
        notice = self._verified(value) if value else None
        self.taken = self.taken or bool(value)
        return self._said or notice

    def leave(self, notice: Notice) -> None:
        """Have the next page say this; without its undo where that's more than a cookie holds."""
        for each in (notice, Notice(notice.text)):
            self._leaving = self._signers[0].sign(_packed(each, self._owner)).decode()
            if len(self._leaving) <= LONGEST_COOKIE:
                return

    def header(self) -> str | None:
        """The Set-Cookie that the answer needs, if any."""
        if self._leaving:
            return self._cookie(self._leaving, SECONDS)
        return self._cookie("", 0) if self.taken else None

    @property
    def _owner(self) -> str:
        session: Session = self._scope["state"]["session"]
        return session.short_key

    @property
    def _path(self) -> str:
        return mount_path(self._scope.get("root_path", ""))

    def _may_never_be_shown(self) -> bool:
        # Pages are made ahead, while their link is being pressed (https://wicg.github.io/nav-speculation/prefetch.html).
        purpose = next((value for name, value in self._scope["headers"] if name == b"sec-purpose"), b"")
        return purpose.startswith(b"prefetch")

    def _sent(self) -> str:
        name = prefixed(self._name, secure=self._secure, path=self._path)
        return next(sent_values(self._scope["headers"], name), "")

    def _verified(self, value: str) -> Notice | None:
        for signer in self._signers:
            try:
                return _unpacked(signer.unsign(value, max_age=SECONDS), self._owner)
            except BadSignature:
                continue
        return None

    def _cookie(self, value: str, seconds: int) -> str:
        return set_cookie(self._name, value, seconds, secure=self._secure, path=self._path)


class NoticeMiddleware:
    """Sets `request.state.notices`, and the cookie that comes of it. Stands inside SessionMiddleware."""

    def __init__(self, app: ASGIApp, *, keys: Sequence[str], name: str, https: bool | None = None) -> None:
        self.app = app
        self._signers = [
            TimestampSigner(key, salt="webapp.notice", key_derivation="hmac", digest_method=sha256) for key in keys
        ]
        self._name = name
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        secure = is_https(self._https, scope["scheme"])
        notices = Notices(self._signers, self._name, scope, secure)
        scope["state"]["notices"] = notices

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and (header := notices.header()):
                MutableHeaders(scope=message).append("Set-Cookie", header)
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def _packed(notice: Notice, owner: str) -> str:
    undo = notice.undo
    told = [owner, notice.text[:LONGEST_TEXT], *([undo.action, undo.label, undo.fields] if undo else [])]
    return urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode()).decode()


def _unpacked(signed: bytes, owner: str) -> Notice | None:
    # What we signed is what we wrote.
    of, text, *undo = json.loads(urlsafe_b64decode(signed))
    if of != owner:
        return None
    return Notice(text, Undo(undo[0], undo[1], tuple((name, value) for name, value in undo[2])) if undo else None)
