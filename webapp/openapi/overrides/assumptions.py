"""What was assumed about signing in, as comments for the file that one edits: what it is, and how sure that is."""

from collections.abc import Iterator, Mapping, Sequence

from webapp.client.schemes import Scheme
from webapp.openapi.schemes import guide_of
from webapp.openapi.security import refresh_endpoint
from webapp.openapi.site import Accounts, Operation, SignIn, Site

SURE, GUESS = "sure: the document declares it", "a guess"
FOUND = "a guess by its path and fields"
UNSAID = "what isn't said: all that one holds is sent"
MOST = 8
MOST_NAMED = 3


def assumptions_of(site: Site) -> Iterator[str]:
    """A sentence for each thing that was assumed, without line breaks of its own."""
    accounts = site.accounts
    yield from _ways(accounts)
    yield from _asked_for(site)
    if (prefix := _prefix(accounts)) is not None:
        yield prefix
    yield _who_am_i(accounts)
    yield _renewal(accounts)
    yield _lost(site)


def _ways(accounts: Accounts) -> Iterator[str]:
    for way in accounts.ways:
        yield f"One signs in with {_way(way)}. {_sureness(way, accounts)}."


def _way(way: SignIn) -> str:
    keys = " and ".join(f"a key in the {key.place} {key.name}" for key in way.keys)
    match way.encoding:
        case "form" | "json":
            sent = "a form" if way.encoding == "form" else "JSON"
            told = f"{way.username_field} and {way.password_field}, posted as {sent} to {way.path}"
        case "basic":
            told = "a name and a password, sent with every call (HTTP basic)"
        case "bearer":
            told = "a token that one pastes"
        case _:
            told = ""
    return " and ".join(filter(None, (told, keys)))


def _sureness(way: SignIn, accounts: Accounts) -> str:
    if way.either:
        return "The document names the place only: a guess that it takes a form, then JSON"
    if way.is_posted and not any(scheme.kind == "bearer" for scheme in accounts.schemes.values()):
        return FOUND.capitalize()
    return SURE.capitalize() if accounts.schemes else GUESS.capitalize()


def _asked_for(site: Site) -> Iterator[str]:
    """What operations ask for, where that differs."""
    schemes = site.accounts.schemes
    if len(schemes) < 2:
        return
    asked: dict[str, list[str]] = {}
    for each in site.operations:
        if not _is_sign_in(each, site.accounts):
            asked.setdefault(_wanted(each, schemes), []).append(f"{each.method} {each.path}")
    for told, names in sorted(asked.items(), key=lambda pair: -len(pair[1]))[:MOST]:
        named = f" ({_few(names)})" if told == UNSAID else ""
        yield f"{len(names)} operation{'s ask' if len(names) != 1 else ' asks'} for {told}{named}."


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (" and more" if len(names) > MOST_NAMED else "")


def _is_sign_in(operation: Operation, accounts: Accounts) -> bool:
    posted = operation.method == "POST" and any(way.is_posted and way.path == operation.path for way in accounts.ways)
    return posted or operation in (accounts.register, accounts.refresh)


def _wanted(operation: Operation, schemes: Mapping[str, Scheme]) -> str:
    if operation.security is None:
        return UNSAID
    sets = [" and ".join(_scheme(schemes.get(name), name) for name in names) for names in operation.security if names]
    if not sets:
        return "nothing"
    optional = ", if one has it" if any(not names for names in operation.security) else ""
    return " or ".join(dict.fromkeys(sets)) + optional


def _scheme(scheme: Scheme | None, name: str) -> str:
    if scheme is None:
        return f"{name}, which isn't declared"
    match scheme.kind:
        case "key":
            return f"{name} (a key in the {scheme.place} {scheme.key})"
        case "basic":
            return f"{name} (HTTP basic)"
        case "bearer":
            return f"{name} (Authorization: {scheme.prefix} ...)".replace(":  ...", ": ...")
    return f"{name}, which can't be sent from here"


def _prefix(accounts: Accounts) -> str | None:
    way = next((each for each in accounts.ways if each.is_posted or each.encoding == "bearer"), None)
    if way is None:
        return None
    told = f"{way.scheme} " if way.scheme else ""
    sure = "the usual" if way.scheme == "Bearer" else "read from the description"
    return f'A token goes as "Authorization: {told}..." ({sure}; scheme puts it right).'


def _who_am_i(accounts: Accounts) -> str:
    if accounts.me is not None:
        return f"Who one is tells {accounts.me.method} {accounts.me.path} ({FOUND})."
    if accounts.check is not None:
        return f"Nobody tells who one is; whether one is signed in shows at GET {accounts.check.path} ({GUESS})."
    return "Nobody tells who one is; what was typed is tried on the page that one goes to, or on a list."


def _renewal(accounts: Accounts) -> str:
    endpoint = refresh_endpoint(accounts)
    if endpoint is None:
        return "Nothing renews a sign-in: once it is refused, one signs in again (refresh puts it right)."
    how = {
        "cookie": "with its cookie and no body",
        "grant": "by OAuth's refresh_token grant",
        "json": f"with the token in {endpoint.field}",
    }[endpoint.kind]
    return f"It is renewed by POST {endpoint.path} {how} ({FOUND})."


def _lost(site: Site) -> str:
    guide = guide_of(site)
    shapes = "a 403, a 422 about the token or a redirect to a login page"
    if not guide.check:
        return f"It is lost by a 401, and by {shapes} only where that says so in words that strangers get too."
    return f"It is lost by a 401, and by {shapes} where GET {guide.check} confirms it."
