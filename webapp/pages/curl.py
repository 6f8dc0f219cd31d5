"""The same question to the API as a command for a terminal, with names in place of secrets."""

import json as json_module
import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping
from ipaddress import ip_address
from itertools import groupby
from types import EllipsisType
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from webapp.client import APIClient, Credentials
from webapp.client.call import keys_sent
from webapp.client.choice import Choice, added_for, choose, holds
from webapp.client.keys import in_place
from webapp.client.paths import encode_query
from webapp.errors import UnsafePath
from webapp.openapi.labels import words
from webapp.openapi.posted import split
from webapp.openapi.schemes import alternatives_of
from webapp.openapi.site import Match, MatchKind, Operation
from webapp.pages.masking import is_secret, masked
from webapp.pages.queries import Query, for_api

LONGEST = 20_000
"""Characters; a body that makes the command longer is left out."""
NEXT = " \\\n  "
INTERNAL = (".internal", ".local", ".localdomain", ".lan", ".intranet", ".home.arpa", ".svc")
"""How names end that only one network knows (RFC 6762, 8375; ICANN's .internal; Kubernetes)."""
BLANK = "-"
"""In the place of a secret that isn't held; a variable is written for it."""
HIDDEN = frozenset({"authorization", "proxy-authorization", "cookie"})
"""Headers that are never written out."""


class Variable(str):
    """The name of a shell variable that whoever runs the command sets."""

    __slots__ = ()


def as_curl(
    api: APIClient,
    operation: Operation,
    path: str,
    params: Iterable[tuple[str, str]] = (),
    *,
    headers: Mapping[str, str] | None = None,
    json: Any | EllipsisType = ...,
    data: Iterable[tuple[str, str]] | None = None,
    files: Iterable[tuple[str, str]] = (),
    content: str | None = None,
) -> str:
    """
    The `curl` command for a call of an operation; `files` are names of inputs, each with its file's name.

    A file whose input has no name is the whole body, as is the text `content`.

    What signs the caller in is `$TOKEN` and its kin; so is the address of an API that only this server knows by that
    name. Empty where it can't be written as a URL.
    """
    try:
        in_query = in_place(keys_sent(api.config, _choice(api, operation)), "query")
        address = _word(*_address(api, path, (*params, *((name, "") for name, _ in in_query)), dict(in_query)))
    except UnsafePath:
        return ""
    start = [*([] if operation.method == "GET" else [f"-X {operation.method}"]), address, *_signed_in(api, operation)]
    told = {name: value for name, value in (headers or {}).items() if name.lower() not in HIDDEN}
    start += [_header(name, value) for name, value in told.items()]
    if json is not ... and not any(name.lower() == "content-type" for name in told):
        start.append(_header("Content-Type", "application/json"))
    body = list(_body(operation, json, data, files))
    body += [_option("--data-raw", content)] if content is not None else []
    whole = "curl " + NEXT.join([*start, *body])
    return whole if len(whole) <= LONGEST else "curl " + NEXT.join(start)


def curl_of(request: Request, match: Match, query: Query) -> str:
    """The command for what a page asks the API with; `query` is the page's own."""
    paging = match.resource.paging if match.resource and match.kind is MatchKind.LIST else None
    asked = for_api(query, match.operation, paging)
    path = match.api_path or match.path
    if match.operation.method == "GET":
        return as_curl(request.state.api, match.operation, path, asked)
    params, body = split(match.operation, asked)
    return as_curl(request.state.api, match.operation, path, params, json=body)


def _address(api: APIClient, path: str, params: tuple[tuple[str, str], ...], keys: Collection[str]) -> Iterator[str]:
    yield api.base_url if _is_known_outside(api.base_url) else Variable("API_URL")
    yield path
    for number, (name, value) in enumerate(params):
        yield "&" if number else "?"
        if is_secret(name, None) or name in keys:
            yield encode_query([(name, "")])
            yield _variable(name)
        else:
            yield encode_query([(name, value)])


def _is_known_outside(url: str) -> bool:
    """Whether others may know the API by that address, rather than only this server's network: `http://backend:8000`."""
    host = urlsplit(url).hostname or ""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or ("." in host and not host.rstrip(".").endswith(INTERNAL))
    return address.is_loopback or not address.is_private


def _signed_in(api: APIClient, operation: Operation) -> Iterator[str]:
    """How the caller says who they are: as this session does for this operation, or else as the operation asks."""
    held = api.credentials
    choice = _choice(api, operation)
    if choice.authorization and choice.authorization.startswith("Basic "):
        yield _option("-u", Variable("USERNAME"), ":", Variable("PASSWORD"))
    elif choice.authorization:
        prefix, space, _ = choice.authorization.rpartition(" ")
        yield _option("-H", f"Authorization: {prefix}{space}", Variable("TOKEN"))
    elif operation.secured and not held.present and api.config.api_key is None and choice.whole is None:
        yield _option("-H", f"Authorization: {held.scheme} ", Variable("TOKEN"))
    if held.api_key:
        yield _option("-H", f"{api.config.api_key_name}: ", Variable("API_KEY"))
    keys = keys_sent(api.config, choice)
    for name, _ in in_place(keys, "header"):
        yield _option("-H", f"{name}: ", _variable(name))
    for name, _ in in_place(keys, "cookie"):
        yield _option("-b", f"{name}=", _variable(name))
    if held.established and len(held.cookies) and not held.bearer:
        yield _option("-b", Variable("COOKIES"))


def _choice(api: APIClient, operation: Operation) -> Choice:
    """What this session would send; where that isn't all that the operation asks for, blanks for what it does."""
    wanted = api.guide.wanted(operation.method, operation.path) if api.guide.wanted is not None else None
    choice = choose(api.credentials, wanted, api.config.api_key)
    if choice.whole is not None or (wanted is None and api.credentials.present):
        return choice
    return _blank(api, operation) or choice


def _blank(api: APIClient, operation: Operation) -> Choice | None:
    """
    The first set of credentials that an operation asks for and that can be sent from here, with no secrets in them.

    None where it asks for none that is known, or does without.
    """
    asked = alternatives_of(operation, {scheme.name: scheme for scheme in api.guide.schemes}) or ()
    sets = [each for each in asked if all(scheme.kind != "other" for scheme in each)]
    if not sets or not all(asked):
        return None
    blank, given = Credentials(), api.config.api_key
    blank.add(
        {
            scheme.name: added_for(scheme, secret=BLANK, basic=(BLANK, BLANK) if scheme.kind == "basic" else None)
            for scheme in sets[0]
            if not holds(blank, scheme, given)
        }
    )
    return choose(blank, (sets[0],), given)


def _body(
    operation: Operation,
    json: Any | EllipsisType,
    data: Iterable[tuple[str, str]] | None,
    files: Iterable[tuple[str, str]],
) -> Iterator[str]:
    attached = list(files)
    in_parts = bool(attached) or any(body.media_type.startswith("multipart/") for body in operation.bodies[:1])
    known = operation.bodies[0].schema.properties if len(operation.bodies) == 1 else {}
    if json is not ...:
        schema = next((body.schema for body in operation.bodies if "json" in body.media_type), None)
        yield _option("--data-raw", json_module.dumps(masked(json, schema), ensure_ascii=False))
    for name, value in data or ():
        told = [_variable(name)] if is_secret(name, known.get(name)) else [value]
        yield _option("--form-string" if in_parts else "--data-urlencode", f"{name}=", *told)
    for name, filename in attached:
        plain = re.sub(r"[^\w. -]", "_", filename)
        yield _option("-F", f'{name}=@"{plain}"') if name else _option("--data-binary", f"@{plain or 'FILE'}")


def _header(name: str, value: str) -> str:
    return _option("-H", f"{name}: ", _variable(name)) if is_secret(name, None) else _option("-H", f"{name}: {value}")


def _option(flag: str, *pieces: str) -> str:
    return f"{flag} {_word(*pieces)}"


def _word(*pieces: str) -> str:
    """One word of the shell's: literals quoted, variables to be filled in by it."""
    runs = groupby(pieces, key=lambda piece: isinstance(piece, Variable))
    return "".join(
        "".join(f'"${each}"' for each in run) if variable else shlex.quote("".join(run)) for variable, run in runs
    )


def _variable(name: str) -> Variable:
    return Variable(re.sub(r"\W|^(?=\d)", "", "_".join(words(name)).upper(), flags=re.ASCII) or "SECRET")
