"""Every operation of Aegis, done at the pages by an administrator from the first sign-in to the last sign-out."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from tests.backends.aegis import forget, mailed, schedule
from tests.backends.conftest import NEIGHBOUR, PASSWORD, USERNAME, backend, browser_at, frontend
from tests.backends.held import Held, bearer
from tests.backends.relay import house_on, spoil_access
from tests.backends.walk import Walk, complaints, typed

API = "/api/v1"
EVENTS = {"Accept": "text/event-stream"}
HARMLESS_JOB = "scheduler_heartbeat"
"""One that doesn't write to the database, which the request that starts it still holds."""
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c636060606000000005000135fd36ae0000000049454e44ae426082"
)
"""A PNG of one pixel."""


def held_as(url: str, username: str, password: str) -> Held:
    """What Aegis says to somebody."""
    return Held(f"{url}{API}", bearer("/auth/token", "data", username=username, password=password))


def user(held: Held, email: str) -> Any:
    """The user of an address."""
    return next(each for each in held("/auth/users") if each["email"] == email)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """An Aegis of its own, whose scheduler has jobs."""
    with backend("run-aegis.sh", health="/health/", TRUST_PROXY="1") as url:
        schedule(url)
        yield url
    forget(url)


@pytest.fixture(scope="module")
def site(url: str) -> Iterator[str]:
    """Its frontend."""
    with frontend(url) as site:
        yield site


@pytest.fixture(scope="module")
def held(url: str) -> Held:
    """What the backend says, by itself."""
    return held_as(url, USERNAME, PASSWORD)


@pytest.fixture(scope="module")
async def walk(site: str) -> AsyncIterator[Walk]:
    """The administrator, signed in."""
    async with browser_at(site) as browser:
        await browser.sign_in(USERNAME, PASSWORD)
        yield Walk(browser, API)


def shown(walk: Walk) -> str:
    """What is to be read on the page that is open."""
    assert walk.browser.current is not None
    return walk.browser.current.main


async def test_the_account_is_verified_by_what_was_mailed(walk: Walk, url: str, held: Held) -> None:
    await walk.fail("GET /ontology", status=403, saying="Email not verified")
    await walk.succeed("POST /auth/resend-verification")
    wrong = {"body/token": "not-the-token"}
    await walk.fail("POST /auth/verify-email", wrong, status=400, saying="Invalid or expired token")
    await walk.succeed("POST /auth/verify-email", {"body/token": mailed(url, "email_verification", USERNAME)})

    assert held("/auth/me")["is_verified"]
    page = await walk.succeed("GET /auth/me")
    assert page.path == f"{API}/auth/me"
    assert USERNAME in page.main


REPORTS = {
    "GET /jobs": "",
    "GET /ontology": "ontology",
    "GET /metrics/summary": "endpoint",
    "GET /metrics/endpoints": "/api/v1/auth/token",
    "GET /traffic/sources": "203.0.113.7",
    "GET /load-tests/api/recent": "",
    "GET /insights/all": "clones",
    "GET /scheduler/statistics": "total",
    "GET /scheduler/jobs": "Daily Database Backup",
    "GET /auth/oauth/connections": "",
}


@pytest.mark.parametrize(("operation", "text"), REPORTS.items(), ids=list(REPORTS))
async def test_reports_are_shown(walk: Walk, operation: str, text: str) -> None:
    page = await walk.succeed(operation)

    assert page.path == API + operation.removeprefix("GET ")
    assert text.casefold() in page.main.casefold()


@pytest.mark.parametrize("path", ["/health/", "/health/detailed", "/health/dashboard"])
async def test_health_is_shown(walk: Walk, path: str) -> None:
    outside = Walk(walk.browser)

    page = await outside.succeed(f"GET {path}")

    walk.done |= outside.done
    assert page.path == path
    assert "healthy" in page.main


async def test_a_user_is_made_changed_and_set_back(walk: Walk, held: Held) -> None:
    bad = {"body/email": "tea@example", "body/full_name": "Tea Taster", "body/password": "short"}
    refused = await walk.do("POST /auth/users", bad)
    assert refused.status == 422
    assert "body/password" in complaints(refused)
    assert "body/email" in complaints(refused)
    assert typed(refused, "body/full_name") == "Tea Taster"
    assert typed(refused, "body/password") == ""
    made = await walk.send({"body/email": "tea@example.com", "body/password": "tea-pass-123"})
    taster = user(held, "tea@example.com")
    assert taster["full_name"] == "Tea Taster"
    assert made.path == f"{API}/auth/users/{taster['id']}"
    assert "Tea Taster" in made.main

    of = {"path/user_id": taster["id"]}
    await walk.succeed("GET /auth/users/{user_id}", of)
    assert walk.browser.url == f"{API}/auth/users/{taster['id']}"
    changed = await walk.succeed("PATCH /auth/users/{user_id}", {**of, "query/full_name": "Terry Taster"})
    assert "Terry Taster" in changed.main
    assert user(held, "tea@example.com")["full_name"] == "Terry Taster"

    await walk.fail("PATCH /auth/users/{user_id}/role", {**of, "body/role": "emperor"}, status=400, saying="role")
    await walk.succeed("PATCH /auth/users/{user_id}/role", {**of, "body/role": "moderator"})
    assert user(held, "tea@example.com")["role"] == "moderator"
    await walk.succeed("PATCH /auth/users/{user_id}/deactivate", of)
    assert not user(held, "tea@example.com")["is_active"]
    await walk.succeed("PATCH /auth/users/{user_id}/activate", of)
    assert user(held, "tea@example.com")["is_active"]


async def test_a_users_devices_are_signed_out(walk: Walk, site: str, url: str, held: Held) -> None:
    neighbour = user(held, NEIGHBOUR[0])["id"]
    async with browser_at(site) as first, browser_at(site) as second:
        await first.sign_in(*NEIGHBOUR)
        await second.sign_in(*NEIGHBOUR)
        other = held_as(url, *NEIGHBOUR)
        session = next(each for each in other("/auth/sessions") if not each["is_current"])

        one = {"path/user_id": neighbour, "path/session_id": session["id"]}
        await walk.succeed("DELETE /auth/users/{user_id}/sessions/{session_id}", one)
        signed_in = [browser for browser in (first, second) if (await browser.get(f"{API}/orgs")).path != "/login"]
        assert len(signed_in) == 1

        await walk.succeed("DELETE /auth/users/{user_id}/sessions", {"path/user_id": neighbour})
        assert [(await browser.get(f"{API}/orgs")).path for browser in (first, second)] == ["/login", "/login"]


async def test_a_user_is_deleted_and_restored(walk: Walk, held: Held) -> None:
    of = {"path/user_id": user(held, "tea@example.com")["id"]}

    gone = await walk.succeed("DELETE /auth/users/{user_id}", of)
    assert gone.path == f"{API}/auth/users"
    assert "tea@example.com" not in {each["email"] for each in held("/auth/users")}

    await walk.succeed("POST /auth/users/{user_id}/restore", of)
    assert user(held, "tea@example.com")["is_active"]


async def test_a_password_is_reset_by_what_was_mailed(walk: Walk, url: str) -> None:
    await walk.succeed("POST /auth/password-reset/request", {"body/email": "tea@example.com"})
    reset = {"body/token": mailed(url, "password_reset", "tea@example.com"), "body/new_password": "tea-pass-456"}
    await walk.succeed("POST /auth/password-reset/confirm", reset)

    again = held_as(url, "tea@example.com", "tea-pass-456")
    assert again("/auth/me")["email"] == "tea@example.com"
    await walk.fail("POST /auth/password-reset/confirm", reset, status=400, saying="Invalid or expired token")


async def test_an_organisation_is_founded_peopled_and_handed_on(walk: Walk, held: Held) -> None:
    made = await walk.succeed("POST /orgs", {"body/name": "Tea Traders", "body/slug": "tea-traders"})
    [org] = held("/orgs")
    assert made.path == f"{API}/orgs/{org['id']}"
    assert (org["name"], org["description"], org["is_active"]) == ("Tea Traders", None, True)
    again = {"body/name": "Other Traders", "body/slug": "tea-traders"}
    refused = await walk.fail("POST /orgs", again, status=400, saying="slug already taken")
    assert typed(refused, "body/name") == "Other Traders"

    of = {"path/org_id": org["id"]}
    await walk.succeed("GET /orgs/{org_id}", of)
    changed = await walk.succeed("PATCH /orgs/{org_id}", {**of, "query/description": "Leaves & more"})
    assert "Leaves & more" in changed.main
    assert held(f"/orgs/{org['id']}")["name"] == "Tea Traders"

    neighbour, taster = user(held, NEIGHBOUR[0])["id"], user(held, "tea@example.com")["id"]
    await walk.succeed("POST /orgs/{org_id}/members", {**of, "query/user_id": str(neighbour)})
    await walk.succeed("POST /orgs/{org_id}/members/bulk", {**of, "body/user_ids/0": str(taster)})
    members = f"/orgs/{org['id']}/members"
    assert {each["user_id"] for each in held(members)} >= {neighbour, taster}
    await walk.succeed("GET /orgs/{org_id}/members", of)
    details = await walk.succeed("GET /orgs/{org_id}/members/details", of)
    assert "tea@example.com" in details.main

    one = {**of, "path/user_id": taster}
    await walk.succeed("PATCH /orgs/{org_id}/members/{user_id}", {**one, "query/role": "admin"})
    assert {each["user_id"]: each["role"] for each in held(members)}[taster] == "admin"
    await walk.succeed("DELETE /orgs/{org_id}/members/{user_id}", one)
    assert taster not in {each["user_id"] for each in held(members)}

    mine = await walk.succeed("GET /orgs/memberships")
    assert "owner" in mine.main.casefold()
    await walk.succeed("POST /orgs/{org_id}/transfer-ownership", {**of, "body/user_id": str(neighbour)})
    assert {each["user_id"]: each["role"] for each in held(members)}[neighbour] == "owner"


async def test_somebody_is_invited_and_comes(walk: Walk, site: str, url: str, held: Held) -> None:
    [org] = held("/orgs")
    of = {"path/org_id": org["id"]}
    await walk.succeed("POST /orgs/{org_id}/invites", {**of, "body/email": "guest@example.com"})
    listed = await walk.succeed("GET /orgs/{org_id}/invites", of)
    assert "guest@example.com" in listed.main

    await walk.succeed("POST /auth/users", {"body/email": "guest@example.com", "body/password": "guest-pass-123"})
    async with browser_at(site) as browser:
        await browser.sign_in("guest@example.com", "guest-pass-123")
        guest = Walk(browser, API)
        await guest.succeed("POST /auth/accept-invite", {"body/token": mailed(url, "org_invite", "guest@example.com")})
        assert "Tea Traders" in (await guest.succeed("GET /orgs")).main
    walk.done |= guest.done
    came = user(held, "guest@example.com")["id"]
    assert came in {each["user_id"] for each in held(f"/orgs/{org['id']}/members")}


async def test_an_organisation_is_deleted_and_restored(walk: Walk, held: Held) -> None:
    made = await walk.succeed("POST /orgs", {"body/name": "Coffee Corner", "body/slug": "coffee"})
    of = {"path/org_id": made.path.rpartition("/")[2]}

    await walk.succeed("DELETE /orgs/{org_id}", of)
    assert "coffee" not in {org["slug"] for org in held("/orgs")}
    # It comes back without its members, so that not even its founder may open it.
    await walk.fail("POST /orgs/{org_id}/restore", of, status=403, saying="Insufficient organization permissions")
    assert "coffee" in {org["slug"] for org in held("/orgs/all")}
    every = await walk.succeed("GET /orgs/all")
    assert "Coffee Corner" in every.main


async def test_a_tag_is_made_renamed_and_dropped(walk: Walk, held: Held) -> None:
    await walk.succeed("POST /blog/tags", {"body/name": "Tea"})
    await walk.succeed("POST /blog/tags", {"body/name": "Cofee"})
    assert "Cofee" in (await walk.succeed("GET /blog/tags")).main
    tags = {tag["name"]: tag["id"] for tag in held("/blog/tags")["tags"]}

    await walk.succeed("PUT /blog/tags/{tag_id}", {"path/tag_id": tags["Cofee"], "body/name": "Coffee"})
    assert {tag["name"] for tag in held("/blog/tags")["tags"]} == {"Tea", "Coffee"}
    await walk.succeed("DELETE /blog/tags/{tag_id}", {"path/tag_id": tags["Cofee"]})
    assert {tag["name"] for tag in held("/blog/tags")["tags"]} == {"Tea"}


async def test_a_post_is_written_published_changed_archived_and_deleted(walk: Walk, held: Held) -> None:
    long = {"body/title": "x" * 201, "body/content": "All of it."}
    refused = await walk.do("POST /blog/posts", long)
    assert refused.status == 422
    assert complaints(refused) == ["body/title"]
    assert typed(refused, "body/content") == "All of it."
    await walk.send({"body/title": "About Tea", "body/tag_slugs/0": "tea"})
    [post] = held("/blog/admin/posts")["posts"]
    assert (post["title"], post["content"], post["status"]) == ("About Tea", "All of it.", "draft")
    assert [tag["slug"] for tag in post["tags"]] == ["tea"]

    of = {"path/post_id": post["id"]}
    await walk.succeed("POST /blog/posts/{post_id}/publish", of)
    assert "About Tea" in (await walk.succeed("GET /blog/posts")).main
    await walk.succeed("GET /blog/posts/{slug}", {"path/slug": "about-tea"})
    assert "All of it." in shown(walk)

    await walk.succeed("PUT /blog/posts/{post_id}", {**of, "body/title": "All About Tea"})
    [post] = held("/blog/admin/posts")["posts"]
    assert (post["title"], post["content"], post["status"]) == ("All About Tea", "All of it.", "published")
    await walk.browser.get(f"{API}/blog/posts/about-tea")
    await walk.press("Edit", {"body/excerpt": "Leaves, mostly."})
    [post] = held("/blog/admin/posts")["posts"]
    assert (post["title"], post["excerpt"], post["content"]) == ("All About Tea", "Leaves, mostly.", "All of it.")
    await walk.succeed("POST /blog/posts/{post_id}/archive", of)
    assert held("/blog/posts")["posts"] == []
    assert "All About Tea" in (await walk.succeed("GET /blog/admin/posts")).main


async def test_posts_are_imported_from_a_file_and_exported_to_one(walk: Walk, held: Held) -> None:
    posts = json.dumps([{"title": "Green Tea", "slug": "green-tea", "content": "Not too hot.", "status": "published"}])
    done = await walk.succeed("POST /blog/import", {"body/file": ("posts.json", posts.encode(), "application/json")})
    assert "created" in done.main.casefold()
    assert "Green Tea" in {post["title"] for post in held("/blog/admin/posts")["posts"]}

    await walk.succeed("GET /blog/export", {"query/format": "json"})
    assert "Green Tea" in shown(walk)
    file = await walk.browser.fetch("GET", f"/-/files{API}/blog/export?format=markdown")
    assert file.status == 200
    assert file.content.startswith(b"PK")
    assert "attachment" in file.headers["content-disposition"]
    assert ".zip" in file.headers["content-disposition"]

    for post in held("/blog/admin/posts")["posts"]:
        await walk.succeed("DELETE /blog/posts/{post_id}", {"path/post_id": post["id"]})
    assert held("/blog/admin/posts")["posts"] == []


async def test_a_picture_is_staged_and_handed_over(walk: Walk) -> None:
    await walk.succeed("POST /pastebox/incoming")
    note = {"body/file": ("note.txt", b"no picture", "text/plain")}
    await walk.fail("POST /pastebox", note, status=415, saying="Only images can be pasted")
    await walk.succeed("POST /pastebox", {"body/file": ("dot.png", PICTURE, "image/png")})

    drained = await walk.succeed("POST /pastebox/drain")

    assert "image/png" in drained.main


async def test_a_scheduled_job_is_run(walk: Walk, held: Held) -> None:
    of = {"path/job_id": HARMLESS_JOB}
    await walk.succeed("GET /scheduler/jobs/{job_id}", of)
    assert "Scheduler Heartbeat" in shown(walk)
    await walk.fail("POST /scheduler/jobs/{job_id}/run", {"path/job_id": "none"}, status=404, saying="not found")

    await walk.succeed("POST /scheduler/jobs/{job_id}/run", of)

    runs = [run for run in held("/scheduler/executions")["executions"] if run["job_id"] == HARMLESS_JOB]
    assert len(runs) == 1
    assert HARMLESS_JOB in (await walk.succeed("GET /scheduler/executions")).main
    await walk.succeed("GET /scheduler/jobs/{job_id}/stats", of)
    assert walk.browser.url == f"{API}/scheduler/jobs/{HARMLESS_JOB}/stats"


async def test_a_background_job_is_followed_to_its_end(walk: Walk, site: str, url: str, held: Held) -> None:
    browser = walk.browser
    page = await walk.succeed("GET /jobs/events")
    assert page.path == f"/-/events{API}/jobs/events"
    cookies = browser.cookies.header("/") or ""

    async with (
        httpx.AsyncClient(base_url=site, trust_env=False, timeout=60, headers=EVENTS | {"Cookie": cookies}) as listener,
        listener.stream("GET", f"/-/events{API}/jobs/events") as stream,
    ):
        assert stream.headers["content-type"].startswith("text/event-stream")
        await start_load_test(url)
        async for line in stream.aiter_lines():
            if "GET /health/" in line:
                break
    [job, *_] = held("/jobs")
    of = {"path/job_id": job["job_id"]}
    await walk.succeed("GET /jobs/{job_id}", of)
    assert "GET /health/" in shown(walk)
    await walk.succeed("GET /jobs/{job_id}/events", of)
    events = await browser.fetch("GET", f"/-/events{API}/jobs/{job['job_id']}/events", headers=EVENTS)
    assert "done" in events.text
    assert held(f"/jobs/{job['job_id']}")["status"] == "done"
    await walk.fail("GET /load-tests/api/{test_id}", {"path/test_id": "none"}, status=404, saying="not found")


async def start_load_test(url: str) -> None:
    """Start a job in the background, which only Aegis's own pages can."""
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as api:
        (await api.post(f"{API}/auth/token", data={"username": USERNAME, "password": PASSWORD})).raise_for_status()
        form = {"route": "GET /health/", "requests": "200", "clients": "1"}
        answer = await api.post("/partials/overseer/server/load-tests", data=form, headers={"HX-Request": "true"})
        assert "started" in answer.headers["hx-trigger"]


@pytest.mark.parametrize("step", ["github/start", "github/callback", "google/start", "google/callback"])
async def test_steps_of_a_sign_in_elsewhere_are_explained(walk: Walk, step: str) -> None:
    page = await walk.do(f"GET /auth/oauth/{step}")

    assert "a step of signing in" in page.main


async def test_what_this_set_up_has_not_got_is_explained(walk: Walk) -> None:
    provider = {"path/provider": "github"}
    await walk.fail("DELETE /auth/oauth/connections/{provider}", provider, status=404, saying="No github connection")
    await walk.fail("POST /database/connections/{pid}/end", {"path/pid": "1"}, status=409, saying="Postgres")
    container = {"path/name": "web"}
    await walk.fail("POST /runtime/containers/{name}/restart", container, status=503, saying="proxy")


async def test_an_account_is_registered(walk: Walk, site: str, held: Held) -> None:
    async with browser_at(site) as browser:
        await browser.get("/register")
        await browser.submit("form[action='/register']", email="new@example.com", password="new-pass-123")
        assert "new@example.com" in (await browser.get("/-/account")).main
        await browser.sign_out()

    assert user(held, "new@example.com")["is_active"]


async def test_ones_own_sessions_are_ended_one_by_one_and_all_others(walk: Walk, site: str, held: Held) -> None:
    async with browser_at(site) as one, browser_at(site) as two:
        await one.sign_in(USERNAME, PASSWORD)
        mine = await walk.succeed("GET /auth/sessions")
        assert mine.path == f"{API}/auth/sessions"
        newest = max(held("/auth/sessions"), key=lambda each: (not each["is_current"], each["created_at"]))
        await walk.succeed("DELETE /auth/sessions/{session_id}", {"path/session_id": newest["id"]})
        assert newest["id"] not in {each["id"] for each in held("/auth/sessions")}

        await two.sign_in(USERNAME, PASSWORD)
        await walk.succeed("DELETE /auth/sessions")
        assert (await two.get(f"{API}/orgs")).path == "/login"
        assert (await walk.browser.get(f"{API}/orgs")).path == f"{API}/orgs"


PLUMBING = {
    "POST /auth/token": "a page of its own",
    "POST /auth/register": "a page of its own",
    "POST /auth/logout": "a page of its own",
    "POST /auth/refresh": "done by itself",
}
"""What is done when somebody signs in, stays and leaves, and what its page says of that."""


@pytest.mark.parametrize("operation", PLUMBING)
async def test_what_is_done_by_itself_is_explained(walk: Walk, operation: str) -> None:
    page = await walk.open(operation)

    assert PLUMBING[operation] in page.main


async def test_what_is_done_by_itself_is_done(url: str) -> None:
    async with house_on(url) as house:
        await house.browser.sign_in(*NEIGHBOUR)
        spoil_access(house.api, f"{API}/auth")
        assert (await house.browser.get(f"{API}/auth/me")).status == 200
        await house.browser.sign_out()

    done = [f"POST {API}/auth/{operation}" for operation in ("token", "refresh", "logout")]
    assert [house.relay.counts[operation] for operation in done] == [1, 1, 1]


async def test_nothing_of_the_document_was_left_out(walk: Walk, url: str) -> None:
    await walk.succeed("GET /auth/users")
    async with httpx.AsyncClient(trust_env=False) as api:
        paths = (await api.get(f"{url}/openapi.json")).json()["paths"]

    every = {f"{method.upper()} {path}" for path, item in paths.items() for method in item}

    assert len(every) == 86
    assert walk.done == every
