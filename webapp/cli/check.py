"""`webapp check TARGET`: tell an operator what is unsafe or wrong, before a visitor finds out."""

import argparse
import asyncio
import json
import logging
import re
from dataclasses import asdict
from typing import Any

from starlette.types import ASGIApp

from webapp.app import create_app
from webapp.cli.findings import ERROR, WARNING, Finding, findings_of
from webapp.cli.probing import Listening, probe
from webapp.cli.target import read_target
from webapp.client import ASGIBackend, shared_transport
from webapp.errors import SettingsError, StoreUnavailable
from webapp.frontend import Frontend
from webapp.settings import Settings

_VARIABLE = re.compile(r"WEBAPP_[A-Z_]+")


def check(given: argparse.Namespace) -> int:
    """Print what was found; returns 2 if there are errors, 1 with `--strict` if there are warnings, else 0."""
    found = _found(given)
    if given.json:
        print(json.dumps([asdict(each) for each in found], indent=2))
    else:
        for each in found:
            print(each.line)
        print(_summary(found))
    if any(each.severity is ERROR for each in found):
        return 2
    return int(given.strict and any(each.severity is WARNING for each in found))


def _found(given: argparse.Namespace) -> list[Finding]:
    logging.disable(logging.CRITICAL)  # what goes wrong is what is printed
    try:
        settings = Settings.from_env(api_url=given.api, openapi=given.openapi, config=given.config)
        target = read_target(given.target) if given.target else None
        transport = Listening(_transport(settings, target))
        listening: Any = transport  # by its shape: only the client's own parts are built on its library
        frontend: Frontend = create_app(target, transport=listening, settings=settings).state.frontend
        # An API in the same process has an address and a document that never change, which nobody has chosen.
        chosen = frontend.settings if target is None or isinstance(target, str) else settings
        return [*findings_of(chosen), *asyncio.run(_probed(frontend, transport))]
    except SettingsError as error:
        named = _VARIABLE.search(str(error))
        return [Finding(ERROR, named[0] if named else "TARGET", _without(str(error), named[0] if named else ""))]
    finally:
        logging.disable(logging.NOTSET)


def _transport(settings: Settings, target: str | ASGIApp | None) -> Any:
    if target is None or isinstance(target, str):
        return shared_transport(limit=settings.api_connections)
    return ASGIBackend(target)


async def _probed(frontend: Frontend, transport: Listening) -> list[Finding]:
    try:
        return [*await _of_the_store(frontend), *await probe(frontend, transport.heard)]
    finally:
        await frontend.close()


async def _of_the_store(frontend: Frontend) -> list[Finding]:
    try:
        await frontend.registry.has_room("")  # asks it, where there is one, what every sign-in does
    except StoreUnavailable as error:
        return [Finding(ERROR, "WEBAPP_SESSION_STORE", f"can't be asked: {error}")]
    return []


def _without(sentence: str, variable: str) -> str:
    return sentence.removeprefix(variable).lstrip(" :")


def _summary(found: list[Finding]) -> str:
    errors, warnings = (sum(each.severity is kind for each in found) for kind in (ERROR, WARNING))
    return f"{_count(errors, 'error')}, {_count(warnings, 'warning')}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
