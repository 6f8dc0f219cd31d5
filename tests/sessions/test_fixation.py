"""Nobody gets into a session by an id that they chose, had before, or know from somebody else."""

from collections.abc import Callable

from tests.sessions.test_middleware import KEY, browser, house
from webapp.sessions import SessionCookie
from webapp.sessions.cookie import new_id

NAME = "webapp_session"
ROUNDS = 250


async def test_no_planted_id_is_adopted_in_a_thousand_tries(figure: Callable[[str], None]) -> None:
    app, registry = house(capacity=5000)
    signer = SessionCookie([KEY], name=NAME, max_age=600)
    adopted = tried = 0
    ids: set[str] = set()
    async with browser(app) as attacker, browser(app) as victim, browser(app) as thief:
        await attacker.get("/in?owner=mallory")
        attackers = attacker.cookies[NAME]
        for _ in range(ROUNDS):
            victim.cookies.clear()
            await victim.get("/in")
            ended = victim.cookies[NAME]
            await victim.get("/out")
            for planted in (signer.sign(new_id()), ended, attackers, "made.up"):
                header = f"{NAME}={planted}"
                if planted == attackers:
                    # Two of the name: the attacker's session is what the victim is in until they sign in.
                    header = f"{NAME}={signer.sign(new_id())}; {header}"
                victim.cookies.clear()
                given = (await victim.get("/in", headers={"Cookie": header})).cookies[NAME]
                tried += 1
                ids.add(given)
                shown = (await thief.get("/", headers={"Cookie": header})).json()
                adopted += given == planted or shown["kept"]
                if planted == attackers:
                    await attacker.get("/in?owner=mallory")
                    attackers = attacker.cookies[NAME]

    assert tried == 1000
    assert len(ids) == 1000
    assert adopted == 0
    assert len(await registry.of_owner("mallory")) == 1
    figure(f"{adopted} of {tried:,} planted ids adopted; {len(ids):,} new ids after {tried:,} sign-ins")


async def test_whoever_signs_in_over_a_planted_session_of_an_attacker_ends_that() -> None:
    app, registry = house()
    async with browser(app) as attacker, browser(app) as victim:
        await attacker.get("/in?owner=mallory")
        victim.cookies.update(attacker.cookies)
        await victim.get("/in")

        assert (await attacker.get("/")).json()["kept"] is False
        assert (await victim.get("/")).json()["user"] == "Ada"
    assert await registry.of_owner("mallory") == []
