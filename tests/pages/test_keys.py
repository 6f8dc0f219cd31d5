"""Keys that sign the session's cookie, when they change."""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from tests.pages.house import DEMO
from webapp import Settings, create_app
from webapp.demo.app import create_demo
from webapp.testing import Browser

OLD, NEW = "o" * 32, "n" * 32
BROWSERS = 20


async def test_a_key_may_be_replaced_without_a_sign_out_and_a_dropped_one_leads_to_the_sign_in(
    figure: Callable[[str], None],
) -> None:
    api = create_demo()
    first = create_app(api, settings=Settings(secret_key=(OLD,)))
    rotated = create_app(api, settings=Settings(secret_key=(NEW, OLD)))
    dropped = create_app(api, settings=Settings(secret_key=(NEW,)))
    # What a shared store would do, and a restart with it.
    rotated.state.frontend.registry = dropped.state.frontend.registry = first.state.frontend.registry
    for app in (rotated, dropped):
        _share(app, first.state.frontend.registry)
    switch = Switch(first)
    async with Browser(switch) as opener:
        browsers = [opener.another() for _ in range(BROWSERS)]
        for browser in browsers:
            await browser.try_sign_in(*DEMO)
        switch.app = rotated
        kept = [(await browser.get("/projects")).path == "/projects" for browser in browsers]
        switch.app = dropped
        answers = [await browser.get("/projects") for browser in browsers]

    assert kept == [True] * BROWSERS
    assert {(answer.path, answer.status) for answer in answers} == {("/login", 200)}
    figure(
        f"{kept.count(False)} of {BROWSERS} signed out by a new key; {BROWSERS} at the sign-in once the old was gone"
    )


class Switch:
    """One address, and the app behind it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


def _share(app: object, registry: object) -> None:
    for middleware in app.user_middleware:  # type: ignore[attr-defined]
        if "registry" in middleware.kwargs:
            middleware.kwargs["registry"] = registry
