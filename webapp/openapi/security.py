"""Finds the operations around an account: sign in, register, sign out, renew, who am I, where am I signed in."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from webapp.client.refresh import RefreshEndpoint
from webapp.openapi.base import Base
from webapp.openapi.document import Document, mapping
from webapp.openapi.labels import normal, wordlist
from webapp.openapi.naming import VARIABLE, Key, key_of
from webapp.openapi.oauth import code_flow, oauth_buttons
from webapp.openapi.schema import Schema
from webapp.openapi.schemes import read_schemes
from webapp.openapi.site import Accounts, Body, Operation, SignIn
from webapp.openapi.ways import check_of, declared_ways, token_scheme

LOGIN = wordlist("""
    login signin token tokens accesstoken session sessions authenticate jwt auth logon
""")
REGISTER = ("register", "signup", "registration", "registrations")
LOGOUT = ("logout", "signout", "logoff")
REFRESH = ("refresh", "refreshtoken", "tokenrefresh", "renew", "renewtoken")
ME = ("me", "whoami", "userinfo", "currentuser", "getcurrentuser", "getme", "myself")
ME_OF_A_USER = ("self", "current", "profile")
SESSIONS = ("sessions", "devices", "logins", "activesessions")
AROUND_ACCOUNTS = frozenset(
    wordlist("""
    auth authentication account accounts user users me oauth oauth2 jwt session sessions identity member members
    token tokens login security profile
""")
)

IDENTIFIERS = wordlist("""
    username email login user identifier emailaddress userid loginname name mail accountname phone useremail
    usernameoremail emailorusername account loginid
""")
PASSWORDS = ("password", "pass", "passwd", "pwd", "userpassword", "secret")
TOKENS = frozenset(
    {"accesstoken", "token", "jwt", "idtoken", "authtoken", "key", "sessionid", "sessiontoken", "apitoken"}
)
REFRESH_TOKENS = ("refreshtoken", "refresh", "rt")
DEVICE_SIGNS = frozenset(
    {"useragent", "ip", "ipaddress", "iscurrent", "current", "device", "browser", "lastused", "lastseen"}
)
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def read_accounts(document: Document, operations: Sequence[Operation], base: Base) -> Accounts:
    """What the document offers around signing in. Where two operations fit, the likelier is taken."""
    schemes = document.security_schemes()
    around = [each for each in operations if not each.path_parameters]
    posts = [each for each in around if each.method == "POST"]

    register = _first(posts, REGISTER, _takes_password)
    login = _password_flow(schemes, posts, base, register) or _login(posts, register)
    declared = read_schemes(document)
    login = replace(login, scheme=token_scheme(declared)) if login else None
    home = login.path if login else ""
    sessions, me = _sessions(around), _me(around)
    ways = declared_ways(document, login)
    return Accounts(
        sign_in=next(iter(ways), None),
        ways=ways,
        check=check_of(operations, me),
        register=register,
        sign_out=_sign_out(around, home),
        refresh=_refresh(schemes, posts, base, home),
        me=me,
        sessions=sessions,
        end_session=_ending(sessions, operations, below=True),
        end_other_sessions=_ending(sessions, operations, below=False),
        code_flow=code_flow(schemes),
        buttons=oauth_buttons(operations),
        required=bool(schemes) or any(each.secured for each in operations),
        schemes=declared,
    )


def credential_parameters(document: Document) -> frozenset[tuple[str, str]]:
    """The parameters that carry an API key, as place and lower-case name: they never belong into a page or its URL."""
    return frozenset(
        (str(scheme.get("in")), str(scheme.get("name")).lower())
        for scheme in document.security_schemes().values()
        if scheme.get("type") == "apiKey"
    )


# Signing in


def _password_flow(
    schemes: Mapping[str, Mapping[str, Any]], posts: Sequence[Operation], base: Base, register: Operation | None
) -> SignIn | None:
    for flow in _password_flows(schemes):
        if not isinstance(flow.get("tokenUrl"), str):
            continue
        operation = _at_url(flow["tokenUrl"], posts, base)
        path = operation.path if operation else base.url_path(flow["tokenUrl"])
        if path is None:
            continue
        fields = _login_fields(operation) if operation else None
        if operation and fields:
            return _sign_in(operation, fields, register)
        return SignIn(
            path,
            "form",
            "username",
            "password",
            _username_label(None, "username", register),
            {"grant_type": "password"},
            either=operation is None,
        )
    return None


def _password_flows(schemes: Mapping[str, Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for scheme in schemes.values():
        if scheme.get("type") == "oauth2":
            flow = mapping(mapping(scheme.get("flows")).get("password"))
            if flow:
                yield flow


def _at_url(url: str, posts: Sequence[Operation], base: Base) -> Operation | None:
    """The operation at a URL of the document, which may be written relative to anything."""
    wanted = base.url_path(url)
    exact = [each for each in posts if each.path.rstrip("/") == (wanted or url).rstrip("/")]
    ending = "/" + url.lstrip("./").strip("/")
    return next(iter(exact or [each for each in posts if each.path.rstrip("/").endswith(ending)]), None)


def _login(posts: Sequence[Operation], register: Operation | None) -> SignIn | None:
    """The operation that takes exactly an identifier and a password, under a path that says so."""
    candidates = [
        (_login_score(operation, fields), -at, operation, fields)
        for at, operation in enumerate(posts)
        if operation is not register and _ends_in(operation, LOGIN) and (fields := _login_fields(operation))
    ]
    if not candidates:
        return None
    *_, operation, fields = max(candidates, key=lambda each: each[:2])
    return _sign_in(operation, fields, register)


def login_names(operation: Operation) -> tuple[str, str] | None:
    """The fields for a name and a password, of any operation that looks like a sign-in; None for others."""
    if operation.method != "POST" or not _ends_in(operation, LOGIN):
        return None
    fields = _login_fields(operation)
    return (fields.username, fields.password) if fields else None


def _login_score(operation: Operation, fields: "_LoginFields") -> int:
    score = 3 * _gives_token(operation.answer) - 2 * (operation.secured is True) - len(fields.extra)
    score += 2 * ("login" in normal(key_of(operation.path)[-1])) - 3 * ("admin" in operation.path.lower())
    return score + (fields.encoding == "json")


class _LoginFields:
    """The body of a sign-in: its two fields, and what goes along with them."""

    def __init__(self, encoding: str, body: Schema, username: str, password: str, extra: dict[str, str]) -> None:
        self.encoding = encoding
        self.body = body
        self.username = username
        self.password = password
        self.extra = extra


def _login_fields(operation: Operation) -> _LoginFields | None:
    for body in sorted(operation.bodies, key=lambda each: "json" not in each.media_type):
        encoding = _encoding(body)
        if encoding is None:
            continue
        names = {normal(name): name for name in reversed(tuple(body.schema.properties))}
        username = next((names[each] for each in IDENTIFIERS if each in names), None)
        password = next((names[each] for each in PASSWORDS if each in names), None)
        if username is None or password is None:
            continue
        extra = _constants(body.schema, {username, password})
        if extra is not None:
            return _LoginFields(encoding, body.schema, username, password, extra)
    return None


def _encoding(body: Body) -> str | None:
    if "json" in body.media_type:
        return "json"
    return "form" if body.media_type.split(";")[0] in FORMS else None


def _constants(schema: Schema, known: set[str]) -> dict[str, str] | None:
    """What a sign-in sends besides, where there is one answer to it; None where a person would have to be asked."""
    extra = {}
    for name, each in schema.properties.items():
        if name in known:
            continue
        value = _only_value(name, each)
        if value is not None:
            extra[name] = value
        elif name in schema.required and not each.has_default:
            return None
    return extra


def _only_value(name: str, schema: Schema) -> str | None:
    if normal(name) == "granttype":
        return "password"
    if len(schema.enum) == 1:
        return str(schema.enum[0])
    literal = re.fullmatch(r"\^?(\w+)\$?", schema.pattern or "")
    return literal[1] if literal else None


def _sign_in(operation: Operation, fields: _LoginFields, register: Operation | None) -> SignIn:
    label = _username_label(fields.body.properties[fields.username], fields.username, register)
    return SignIn(operation.path, fields.encoding, fields.username, fields.password, label, fields.extra)


def _username_label(schema: Schema | None, name: str, register: Operation | None) -> str:
    """What to call the field: an API whose accounts are made with an address alone is signed in to with it."""
    if normal(name) == "usernameoremail" or normal(name) == "emailorusername":
        return "Username or email"
    if "mail" in normal(name) or (schema is not None and schema.format == "email"):
        return "Email"
    made_with = {normal(field) for body in (register.bodies if register else ()) for field in body.schema.properties}
    if "phone" in normal(name):
        return "Phone"
    return "Email" if "email" in made_with and not made_with & {"username", "login"} else "Username"


def _gives_token(answer: Schema | None, depth: int = 3) -> bool:
    """Whether a token is in an answer, or in the envelopes around it; an envelope may contain itself."""
    if answer is None or not depth:
        return False
    names = {normal(name) for name in answer.properties}
    inner = [each for name, each in answer.properties.items() if normal(name) in ("data", "result")]
    return not names.isdisjoint(TOKENS) or any(_gives_token(each, depth - 1) for each in inner)


# What surrounds it


def _sign_out(operations: Sequence[Operation], sign_in: str) -> Operation | None:
    for method in ("POST", "DELETE", "GET"):
        found = [each for each in operations if each.method == method and _ends_in(each, LOGOUT)]
        if found:
            return min(found, key=lambda each: len(key_of(each.path)))
    deletes = (each for each in operations if each.method == "DELETE")
    return next((each for each in deletes if each.path == sign_in or _ends_in(each, ("session",))), None)


def _refresh(
    schemes: Mapping[str, Mapping[str, Any]], posts: Sequence[Operation], base: Base, sign_in: str
) -> Operation | None:
    for flow in _password_flows(schemes):
        url = flow.get("refreshUrl")
        declared = _at_url(url, posts, base) if isinstance(url, str) else None
        if declared is not None:
            return declared
    found = [each for each in posts if _ends_in(each, REFRESH) and _renews(each)]
    if found:
        return max(found, key=lambda each: len(_shared_start(each.path, sign_in)))
    # A token endpoint of OAuth 2 renews what it once gave.
    return next((each for each in posts if each.path == sign_in and _takes_grant(each) and _gives_refresh(each)), None)


def _renews(operation: Operation) -> bool:
    return _is_around_accounts(key_of(operation.path)) or _refresh_field(operation) is not None


def _me(operations: Sequence[Operation]) -> Operation | None:
    gets = [each for each in operations if each.method == "GET"]
    found = [each for each in gets if _ends_in(each, ME)] or [
        each for each in gets if _ends_in(each, ME_OF_A_USER) and _is_around_accounts(key_of(each.path)[:-1])
    ]
    things = [each for each in found if each.answer is None or not each.answer.is_array]
    return min(things, key=lambda each: len(key_of(each.path)), default=None)


def _sessions(operations: Sequence[Operation]) -> Operation | None:
    for each in operations:
        if each.method == "GET" and _ends_in(each, SESSIONS) and _lists_devices(each):
            return each
    return None


def _lists_devices(operation: Operation) -> bool:
    """A conference has sessions too: these are listed below an account, or say which browser they are."""
    if _is_around_accounts(key_of(operation.path)[:-1]):
        return True
    rows = operation.answer.items if operation.answer else None
    return rows is not None and len({normal(name) for name in rows.properties} & DEVICE_SIGNS) > 1


def _ending(sessions: Operation | None, operations: Iterable[Operation], *, below: bool) -> Operation | None:
    if sessions is None:
        return None
    wanted = (*key_of(sessions.path), VARIABLE) if below else key_of(sessions.path)
    return next((each for each in operations if each.method == "DELETE" and key_of(each.path) == wanted), None)


def _first(
    operations: Iterable[Operation], words: Sequence[str], fits: Callable[[Operation], bool]
) -> Operation | None:
    return next((each for each in operations if _ends_in(each, words) and fits(each)), None)


def _takes_password(operation: Operation) -> bool:
    names = {normal(name) for body in operation.bodies for name in body.schema.properties}
    return any(name.startswith(PASSWORDS[:4]) for name in names)


def _ends_in(operation: Operation, words: Sequence[str]) -> bool:
    key = key_of(operation.path)
    return bool(key) and normal(key[-1]) in words


def _is_around_accounts(key: Key) -> bool:
    return any(normal(part) in AROUND_ACCOUNTS for part in key)


def _shared_start(one: str, other: str) -> list[str]:
    pairs = zip(one.split("/"), other.split("/"), strict=False)
    shared = []
    for mine, theirs in pairs:
        if mine != theirs:
            break
        shared.append(mine)
    return shared


# Renewing


def refresh_endpoint(accounts: Accounts) -> RefreshEndpoint | None:
    """How the client renews an account's access; None where the API offers no way."""
    operation = accounts.refresh
    if operation is None:
        return None
    if _takes_grant(operation):
        return RefreshEndpoint(operation.path, "grant")
    field = _refresh_field(operation)
    if field is not None:
        return RefreshEndpoint(operation.path, "json", field=field, extra=_refresh_extra(operation, field))
    return RefreshEndpoint(operation.path, "cookie")


def _refresh_extra(operation: Operation, field: str) -> dict[str, str]:
    """What a renewal sends besides the token, where there is one answer to it."""
    properties = operation.bodies[0].schema.properties
    return {name: str(each.enum[0]) for name, each in properties.items() if name != field and len(each.enum) == 1}


def _takes_grant(operation: Operation) -> bool:
    return any(normal(name) == "granttype" for body in operation.bodies for name in body.schema.properties)


def _gives_refresh(operation: Operation) -> bool:
    answer = operation.answer
    return answer is not None and any(normal(name) == "refreshtoken" for name in answer.properties)


def _refresh_field(operation: Operation) -> str | None:
    """The field of the body that holds the refresh token."""
    for body in operation.bodies:
        names = {normal(name): name for name in reversed(tuple(body.schema.properties))}
        for each in REFRESH_TOKENS:
            if each in names:
                return names[each]
    return None
