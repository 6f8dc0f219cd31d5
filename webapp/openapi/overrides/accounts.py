"""Puts what is said about signing in on a site's accounts, or makes accounts of it where the document tells nothing."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from webapp.openapi.overrides.roles import find, meant
from webapp.openapi.overrides.values import OFF, LoginOverride, Nothing
from webapp.openapi.schema import Schema
from webapp.openapi.site import Accounts, Body, KeyPlace, Operation, SignIn

METHODS = {"me": "GET", "register": "POST", "sign_out": "POST", "refresh": "POST"}
"""How each is asked for where nobody says."""

POSTED = ("form", "json")


def with_login(accounts: Accounts, said: LoginOverride, operations: Sequence[Operation]) -> Accounts:
    """The accounts as they are said to be. Operations that the document doesn't have are made up."""
    changes: dict[str, Any] = {}
    for name, method in METHODS.items():
        told: str | Nothing | None = getattr(said, name)
        if told is not None:
            changes[name] = None if told is OFF else _operation(told, method, operations)
    refresh = changes.get("refresh", accounts.refresh)
    if said.refresh_field is not None and refresh is not None:
        changes["refresh"] = _taking(refresh, said.refresh_field)
    if said.kind == "none":
        return replace(accounts, sign_in=None, ways=(), **changes)
    way = _way(accounts, said)
    if way is None:
        return replace(accounts, **changes) if changes else accounts
    others = tuple(each for each in accounts.ways if each is not _inferred(accounts, said) and each.name != way.name)
    return replace(accounts, sign_in=way, ways=(way, *others), **changes)


def _inferred(accounts: Accounts, said: LoginOverride) -> SignIn | None:
    """The way that is spoken of: the first of the kind that is named, or the first of all."""
    ways = accounts.ways or ((accounts.sign_in,) if accounts.sign_in else ())
    alike = POSTED if said.kind in POSTED else (said.kind,)
    return next((each for each in ways if said.kind is None or each.encoding in alike), None)


def _way(accounts: Accounts, said: LoginOverride) -> SignIn | None:
    """The way to sign in as it is said to be; None where nothing is said, or too little to make one."""
    told: dict[str, Any] = {
        "encoding": said.kind,
        "path": said.path,
        "username_field": said.username_field,
        "password_field": said.password_field,
        "username_label": said.username_label,
        "token_field": said.token_field,
        "scheme": said.scheme,
        "extra": said.extra,
        "keys": _keys(said),
    }
    values = {name: value for name, value in told.items() if value is not None}
    if not values:
        return None
    inferred = _inferred(accounts, said)
    if inferred is not None:
        return replace(inferred, **{"either": False, **values} if "encoding" in values else values)
    kind = said.kind or ("json" if said.path else None)
    if kind is None or (kind in POSTED and not said.path):
        return None
    fields = {"username_field": "username", "password_field": "password"} if kind in POSTED else {}
    return SignIn(**{"path": "", "encoding": kind, "username_label": "Username", **fields, **values})


def _keys(said: LoginOverride) -> tuple[KeyPlace, ...] | None:
    if said.key is None:
        return None
    return (KeyPlace(said.key, said.key_in or "header", said.key_label or said.key),)


def _operation(told: str, method: str, operations: Sequence[Operation]) -> Operation:
    """The operation that is meant, of the document or else made up."""
    method, path = meant(told, method)
    return find(operations, method, path) or Operation(method, path, name=f"{method} {path}", label=path)


def _taking(operation: Operation, field: str) -> Operation:
    """The operation with a body that holds this field."""
    schema = Schema({"type": "object", "properties": {field: {"type": "string"}}})
    return replace(operation, bodies=(Body("application/json", schema),))
