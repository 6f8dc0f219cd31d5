"""What of a session's credentials goes along with a call, by what the called operation asks for."""

from collections.abc import Iterator
from dataclasses import field

from webapp.client.credentials import Credentials
from webapp.client.keys import ApiKey
from webapp.client.schemes import Alternatives, Scheme
from webapp.record import record

AUTHORIZATION = "authorization"


@record(frozen=True, slots=True)
class Choice:
    """
    What to send.

    `own` says whether any of it is what the session was signed in with, `added` names the schemes of what came later.
    `whole` is the alternative that it fulfils, None where no alternative is held whole.
    """

    authorization: str | None = field(repr=False)
    keys: tuple[ApiKey, ...]
    own: bool
    added: tuple[str, ...] = ()
    whole: tuple[Scheme, ...] | None = None


def choose(credentials: Credentials, wanted: Alternatives | None, given: ApiKey | None = None) -> Choice:
    """
    The first alternative that is held whole; `given` is the key that everybody's calls carry anyway.

    Where the document doesn't say, that is everything that is held; where nothing fits, or nothing is asked for, what
    the session was signed in with: documents forget what they ask for more often than APIs mind being told too much.
    """
    if wanted is None:
        return _everything(credentials)
    for alternative in wanted:
        if alternative and all(holds(credentials, scheme, given) for scheme in alternative):
            return _of(credentials, alternative, given)
    return Choice(credentials.authorization(), credentials.keys, own=credentials.own)


def lacking(credentials: Credentials, wanted: Alternatives | None, given: ApiKey | None = None) -> list[list[str]]:
    """Of each alternative the schemes that aren't held; empty where one is held whole, or nothing is asked for."""
    found = missing(credentials, wanted or (), given)
    return found if len(found) == sum(1 for each in wanted or () if each) else []


def missing(credentials: Credentials, wanted: Alternatives, given: ApiKey | None = None) -> list[list[str]]:
    """Of each alternative that isn't held whole the schemes that aren't held."""
    found = [[scheme.name for scheme in each if not holds(credentials, scheme, given)] for each in wanted]
    return [names for names in found if names]


def joined_alternatives(
    credentials: Credentials, wanted: Alternatives, given: ApiKey | None = None
) -> tuple[Scheme, ...] | None:
    """All held alternatives as one; None where there are fewer than two, or two would go into one place."""
    held = [each for each in wanted if each and all(holds(credentials, scheme, given) for scheme in each)]
    joined = tuple(dict.fromkeys(scheme for each in held for scheme in each))
    if len(held) < 2 or joined == held[0] or sum(scheme.kind in ("basic", "bearer") for scheme in joined) > 1:
        return None
    return joined


def holds(credentials: Credentials, scheme: Scheme, given: ApiKey | None = None) -> bool:
    """Whether there is something to send for a scheme."""
    if scheme.name in credentials.added or (given is not None and _is_for(given, scheme)):
        return True
    return holds_itself(credentials, scheme)


def holds_itself(credentials: Credentials, scheme: Scheme) -> bool:
    """Whether what the session was signed in with answers a scheme."""
    match scheme.kind:
        case "basic":
            return credentials.basic is not None
        case "bearer":
            # A sign-in that gave cookies alone is known by them, whatever the document calls it.
            return credentials.bearer is not None or (credentials.established and credentials.basic is None)
        case "key":
            known = any(_is_for(key, scheme) for key in credentials.keys)
            return known or (scheme.place == "cookie" and credentials.established)
    return False


def _everything(credentials: Credentials) -> Choice:
    authorization = credentials.authorization()
    keys = list(credentials.keys)
    for key in credentials.added.values():
        if not _is_authorization(key):
            keys.append(key)
        elif authorization is None:
            authorization = key.value
    return Choice(authorization, tuple(keys), own=credentials.own, added=tuple(credentials.added))


def _of(credentials: Credentials, alternative: tuple[Scheme, ...], given: ApiKey | None) -> Choice:
    authorization: str | None = None
    keys: list[ApiKey] = []
    own, added = False, []
    for scheme in alternative:
        further = credentials.added.get(scheme.name)
        if further is not None:
            added.append(scheme.name)
            if _is_authorization(further):
                authorization = further.value
            else:
                keys.append(further)
        elif holds_itself(credentials, scheme):
            own = True
            authorization = _authorization(credentials, scheme) or authorization
            keys += [key for key in credentials.keys if _is_for(key, scheme)]
        elif given is not None and _is_authorization(given):
            authorization = authorization or given.value
    return Choice(authorization, tuple(keys), own, tuple(added), alternative)


def _authorization(credentials: Credentials, scheme: Scheme) -> str | None:
    if scheme.kind == "basic":
        return credentials.basic_header()
    return credentials.authorization() if scheme.kind == "bearer" else None


def _is_for(key: ApiKey, scheme: Scheme) -> bool:
    if _is_authorization(key):
        return scheme.kind == "bearer"
    if scheme.kind != "key" or key.place != scheme.place:
        return False
    return key.name == scheme.key or (key.place == "header" and key.name.lower() == scheme.key.lower())


def _is_authorization(key: ApiKey) -> bool:
    return key.place == "header" and key.name.lower() == AUTHORIZATION


def added_for(scheme: Scheme, *, secret: str = "", basic: tuple[str, str] | None = None) -> ApiKey:
    """What is to be sent for a scheme: its key, its token, or a name and a password."""
    if basic is not None:
        return ApiKey("header", AUTHORIZATION, Credentials(basic=basic).basic_header() or "")
    if scheme.kind == "bearer":
        return ApiKey("header", AUTHORIZATION, f"{scheme.prefix} {secret}" if scheme.prefix else secret)
    return ApiKey.of(scheme.place, scheme.key, secret)


def set_aside(credentials: Credentials, schemes: tuple[Scheme, ...]) -> Iterator[tuple[str, ApiKey]]:
    """What a session was signed in with, as what it is added as to another: what needs no renewal, by scheme."""
    for scheme in schemes:
        if scheme.kind == "basic" and credentials.basic is not None:
            yield scheme.name, added_for(scheme, basic=credentials.basic)
        elif scheme.kind == "bearer" and credentials.bearer is not None and credentials.refresh_token is None:
            yield scheme.name, ApiKey("header", AUTHORIZATION, credentials.authorization() or "")
        elif scheme.kind == "key":
            yield from ((scheme.name, key) for key in credentials.keys if _is_for(key, scheme))
