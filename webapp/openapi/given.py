"""A key or a token that is configured for everybody: where it goes, and what nobody has to sign in with any more."""

from collections.abc import Iterable
from dataclasses import replace

from webapp.client.choice import choose, holds
from webapp.client.credentials import Credentials
from webapp.client.keys import ApiKey
from webapp.client.schemes import Scheme
from webapp.openapi.overrides.values import LoginOverride
from webapp.openapi.schemes import alternatives_of
from webapp.openapi.site import Accounts, KeyPlace, Operation, SignIn, Site
from webapp.record import record

UNDECLARED = "X-API-Key"


@record(frozen=True, slots=True)
class GivenPlace:
    """Where the key goes, and what stands before it."""

    name: str
    place: str = "header"
    prefix: str = ""

    @property
    def is_token(self) -> bool:
        """Whether it goes where a sign-in's token would."""
        return self.place == "header" and self.name.lower() == "authorization"

    def with_value(self, value: str) -> ApiKey:
        """The key, ready to be sent."""
        told = f"{self.prefix} {value}" if self.prefix and " " not in value else value
        return ApiKey.of(self.place, self.name, told)


class GivenKey:
    """The key and its place: as it is said to be, or else as the document tells, once that is known."""

    def __init__(self, value: str | None, said: LoginOverride) -> None:
        self._value = value
        self._place = said_place(said)

    @property
    def is_placed(self) -> bool:
        """Whether it is known where it goes, or there is none."""
        return self._value is None or self._place is not None

    @property
    def options(self) -> dict[str, str]:
        """What makes a client send it."""
        key = self._key
        return {} if key is None else {"api_key": key.value, "api_key_name": key.name, "api_key_in": key.place}

    def place_by(self, site: Site) -> None:
        """Let a site tell where it goes, unless that is known."""
        self._place = self._place or declared_place(site)

    def left_of(self, site: Site) -> Site:
        """The site for those who come with it."""
        return site if self._value is None else with_given_key(site, self._place or declared_place(site))

    def is_declared(self, site: Site) -> bool:
        """Whether it is what one of the document's schemes asks for."""
        key = self._key
        return key is not None and any(holds(Credentials(), each, key) for each in site.accounts.schemes.values())

    def opens(self, site: Site) -> list[Operation]:
        """The operations that ask for a sign-in, and for none but it."""
        return [each for each in site.operations if self._opens(each, site.accounts)]

    def _opens(self, operation: Operation, accounts: Accounts) -> bool:
        wanted = alternatives_of(operation, accounts.schemes)
        if not wanted or not all(wanted):
            return False
        return self._key is not None and choose(Credentials(), wanted, self._key).whole is not None

    @property
    def _key(self) -> ApiKey | None:
        return None if self._value is None else (self._place or GivenPlace(UNDECLARED)).with_value(self._value)


def said_place(said: LoginOverride) -> GivenPlace | None:
    """Where the configuration says that the key goes; None where it doesn't."""
    if said.key is None:
        return _token(said.scheme) if said.kind == "bearer" else None
    place = GivenPlace(said.key, said.key_in or "header")
    return _token(said.scheme, said.key) if place.is_token else place


def declared_place(site: Site) -> GivenPlace:
    """Where the document says it goes: where most operations want a key, else a token that nobody signs in for."""
    asked = [name for each in site.operations for names in each.security or () for name in names]
    schemes = sorted(site.accounts.schemes.values(), key=lambda scheme: -asked.count(scheme.name))
    key = _first(schemes, "key")
    if key is not None:
        return GivenPlace(key.key, key.place)
    token = _first(schemes, "bearer")
    if token is not None and not any(way.is_posted for way in site.accounts.ways):
        return _token(token.prefix)
    return GivenPlace(UNDECLARED)


def with_given_key(site: Site, place: GivenPlace) -> Site:
    """The site for those who come with the key anyway: it is in no way to sign in."""
    ways = tuple(left for way in site.accounts.ways if (left := _without(way, place)) is not None)
    accounts: Accounts = replace(site.accounts, ways=ways, sign_in=next(iter(ways), None))
    return replace(site, accounts=accounts)


def _token(prefix: str | None, name: str = "Authorization") -> GivenPlace:
    return GivenPlace(name, "header", "Bearer" if prefix is None else prefix)


def _first(schemes: Iterable[Scheme], kind: str) -> Scheme | None:
    return next((each for each in schemes if each.kind == kind), None)


def _without(way: SignIn, place: GivenPlace) -> SignIn | None:
    """A way less the key; None where nothing is left to be typed."""
    if place.is_token:
        return None if way.encoding == "bearer" and not way.keys else way
    keys = tuple(key for key in way.keys if not _is_at(key, place))
    return None if way.encoding == "api_key" and not keys else replace(way, keys=keys)


def _is_at(key: KeyPlace, place: GivenPlace) -> bool:
    same = key.name.lower() == place.name.lower() if place.place == "header" else key.name == place.name
    return same and key.place == place.place
