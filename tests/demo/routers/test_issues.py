"""Issues: lists, versions, rules, actions."""

from typing import Any

import httpx
import pytest

from tests.demo.house import Clock

Answer = dict[str, Any]
WIDE = {"size": 100}
PRIORITIES = ["low", "medium", "high", "urgent"]


async def listed(client: httpx.AsyncClient, **query: Any) -> list[Answer]:
    """The items of a list."""
    answer = await client.get("/issues", params=query)
    assert answer.status_code == 200, answer.text
    items: list[Answer] = answer.json()["items"]
    return items


async def created(client: httpx.AsyncClient, **fields: Any) -> Answer:
    """A new issue."""
    answer = await client.post("/issues", json={"project_id": 1, "title": "A new one", **fields})
    assert answer.status_code == 201, answer.text
    issue: Answer = answer.json()
    return issue


async def test_pages_follow_each_other_without_gap_or_overlap(viewer: httpx.AsyncClient) -> None:
    whole = (await viewer.get("/issues", params={"size": 60})).json()
    parts = [(await viewer.get("/issues", params={"size": 20, "page": page})).json() for page in (1, 2, 3)]

    assert [row for part in parts for row in part["items"]] == whole["items"]
    assert {(part["total"], part["size"]) for part in parts} == {(whole["total"], 20)}
    assert [part["page"] for part in parts] == [1, 2, 3]


async def test_a_page_beyond_the_end_is_empty(viewer: httpx.AsyncClient) -> None:
    answer = (await viewer.get("/issues", params={"page": 1_000_000})).json()

    assert answer["items"] == []
    assert answer["total"] > 2_900


@pytest.mark.parametrize("query", ["page=0", "size=0", "size=101", "sort=colour", "status=lost", "due_before=soon"])
async def test_a_query_that_makes_no_sense_is_a_422_that_names_the_parameter(
    viewer: httpx.AsyncClient, query: str
) -> None:
    answer = await viewer.get(f"/issues?{query}")

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", query.split("=")[0]]


@pytest.mark.parametrize("field", ["created_at", "updated_at", "due_date", "priority", "title", "estimate"])
async def test_each_sort_goes_up_and_down_with_nothing_last(viewer: httpx.AsyncClient, field: str) -> None:
    for sort, down in ((field, False), (f"-{field}", True)):
        values = [row[field] for row in await listed(viewer, sort=sort, project_id=2, **WIDE)]
        present = [_comparable(field, value) for value in values if value is not None]

        assert present == sorted(present, reverse=down)
        assert None not in values[: len(present)]


def _comparable(field: str, value: Any) -> Any:
    if field == "priority":
        return PRIORITIES.index(value)
    return value.lower() if field == "title" else value


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ({"status": "in_review"}, lambda row: row["status"] == "in_review"),
        ({"priority": "urgent"}, lambda row: row["priority"] == "urgent"),
        ({"project_id": 3}, lambda row: row["project_id"] == 3),
        ({"assignee_id": 1}, lambda row: row["assignee_id"] == 1),
        ({"label": "security"}, lambda row: "security" in row["labels"]),
        ({"due_after": "2025-12-01"}, lambda row: row["due_date"] >= "2025-12-01"),
        ({"due_before": "2025-10-01"}, lambda row: row["due_date"] <= "2025-10-01"),
        ({"q": "safari"}, lambda row: True),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_a_filter_lets_through_what_fits_and_nothing_else(
    viewer: httpx.AsyncClient, query: dict[str, Any], fits: Any
) -> None:
    everything = (await viewer.get("/issues")).json()["total"]
    answer = (await viewer.get("/issues", params={**query, **WIDE})).json()

    assert 0 < answer["total"] < everything
    assert all(fits(row) for row in answer["items"])


async def test_filters_add_up(viewer: httpx.AsyncClient) -> None:
    rows = await listed(viewer, project_id=2, status="closed", label="bug", q="the", **WIDE)

    assert rows
    assert {(row["project_id"], row["status"], "bug" in row["labels"]) for row in rows} == {(2, "closed", True)}


async def test_a_search_wants_every_word_and_finds_references(viewer: httpx.AsyncClient) -> None:
    found = await listed(viewer, q="WEB-12", **WIDE)

    assert "WEB-12" in [row["reference"] for row in found]
    assert [row["reference"] for row in await listed(viewer, q=f"web-12 {found[0]['title'][:5]}", sort="created_at")]
    assert await listed(viewer, q="WEB-12 zebra") == []


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", '"', "a%b", "🦊"])
async def test_signs_of_the_database_are_searched_as_they_are(member: httpx.AsyncClient, text: str) -> None:
    mine = await created(member, title=f"before{text}after")

    found = await listed(member, q=f"before{text}after")

    assert [row["id"] for row in found] == [mine["id"]]
    assert len(await listed(member, q="beforeXafter")) == 0


async def test_a_project_s_issues_are_listed_below_it_with_the_same_filters(viewer: httpx.AsyncClient) -> None:
    below = (await viewer.get("/projects/2/issues", params={"status": "open", "sort": "title"})).json()
    among_all = (await viewer.get("/issues", params={"status": "open", "sort": "title", "project_id": 2})).json()

    assert below == among_all
    assert (await viewer.get("/projects/999/issues")).status_code == 404


async def test_a_new_issue_has_everything_that_was_sent_and_a_place_to_find_it(
    member: httpx.AsyncClient, clock: Clock
) -> None:
    sent = {
        "project_id": 1,
        "title": "  Search forgets its filters ",
        "body": "## Steps\n\n1. Search",
        "priority": "high",
        "assignee_id": 1,
        "labels": ["bug", "design", "bug"],
        "checklist": [{"text": "Tell support"}, {"text": "Test", "done": True}],
        "estimate": 2.5,
        "start_date": "2026-01-05",
        "due_date": "2026-01-05",
    }
    answer = await member.post("/issues", json=sent)
    issue = answer.json()

    assert answer.status_code == 201
    assert answer.headers["location"] == f"/issues/{issue['id']}"
    assert (await member.get(answer.headers["location"])).json() == issue
    assert {name: issue[name] for name in sent} == {
        **sent,
        "title": "Search forgets its filters",
        "labels": ["bug", "design"],
        "checklist": [{"text": "Tell support", "done": False}, {"text": "Test", "done": True}],
    }
    assert (issue["reporter_id"], issue["status"], issue["resolution"]) == (2, "open", None)
    assert issue["created_at"] == issue["updated_at"] == "2026-01-05T10:00:00Z"
    assert issue["project"]["key"] == "WEB"
    assert issue["reference"].startswith("WEB-")
    assert (await listed(member))[0]["id"] == issue["id"]


async def test_a_number_is_never_given_twice(member: httpx.AsyncClient) -> None:
    first, second = await created(member), await created(member)

    assert int(second["reference"].split("-")[1]) == int(first["reference"].split("-")[1]) + 1


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"title": "   "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"estimate": 101}, "estimate"),
        ({"estimate": -1}, "estimate"),
        ({"priority": "huge"}, "priority"),
        ({"project_id": 999}, "project_id"),
        ({"project_id": 10**30}, "project_id"),
        ({"assignee_id": 999}, "assignee_id"),
        ({"labels": ["no-such-label"]}, "labels"),
        ({"labels": ["Not A Label"]}, "labels"),
        ({"checklist": [{"text": ""}]}, "checklist"),
        ({"due_date": "tomorrow"}, "due_date"),
    ],
)
async def test_a_field_that_is_wrong_is_named(member: httpx.AsyncClient, fields: Answer, place: str) -> None:
    answer = await member.post("/issues", json={"project_id": 1, "title": "x", **fields})

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][:2] == ["body", place]


async def test_a_rule_about_two_fields_is_about_the_whole_body(member: httpx.AsyncClient) -> None:
    dates = {"start_date": "2026-02-02", "due_date": "2026-02-01"}
    answer = await member.post("/issues", json={"project_id": 1, "title": "x", **dates})

    assert answer.status_code == 422
    (complaint,) = answer.json()["detail"]
    assert complaint["loc"] == ["body"]
    assert "lies before the start" in complaint["msg"]


async def test_the_rule_holds_for_a_change_of_one_of_the_two(member: httpx.AsyncClient) -> None:
    mine = await created(member, start_date="2026-02-02", due_date="2026-02-03")

    answer = await member.patch(f"/issues/{mine['id']}", json={"due_date": "2026-02-01"})

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body"]
    assert (await member.get(f"/issues/{mine['id']}")).json() == mine


async def test_disabled_people_get_no_work(member: httpx.AsyncClient) -> None:
    answer = await member.post("/issues", json={"project_id": 1, "title": "x", "assignee_id": 4})

    assert (answer.status_code, answer.json()) == (409, {"detail": "That user's account is disabled"})


async def test_an_archived_project_takes_no_issues(member: httpx.AsyncClient) -> None:
    answer = await member.post("/issues", json={"project_id": 9, "title": "x"})

    assert answer.status_code == 409


async def test_a_quota_is_kept(admin: httpx.AsyncClient) -> None:
    settings = (await admin.get("/settings")).json()
    await admin.put("/settings", json={**settings, "quotas": {"WEB": 1}})

    answer = await admin.post("/issues", json={"project_id": 1, "title": "x"})

    assert (answer.status_code, answer.json()["detail"]) == (409, "The project has its 1 open issues already")


async def test_a_change_touches_what_was_sent_and_nothing_else(member: httpx.AsyncClient, clock: Clock) -> None:
    mine = await created(member, labels=["bug"], estimate=3, assignee_id=1)
    clock.forward(60)
    changes = {"title": "Another", "assignee_id": None, "labels": ["design"], "status": "in_review"}

    answer = await member.patch(f"/issues/{mine['id']}", json=changes)

    assert answer.status_code == 200
    assert answer.json() == {**mine, **changes, "updated_at": "2026-01-05T10:01:00Z"}


async def test_a_change_of_nothing_is_no_new_version(member: httpx.AsyncClient) -> None:
    mine = await member.post("/issues", json={"project_id": 1, "title": "x"})

    answer = await member.patch(mine.headers["location"], json={})

    assert answer.headers["etag"] == mine.headers["etag"]


@pytest.mark.parametrize(
    "changes", [{"title": None}, {"labels": None}, {"status": "closed"}, {"labels": ["no-such"]}, {"assignee_id": 999}]
)
async def test_a_change_that_makes_no_sense_is_a_422(member: httpx.AsyncClient, changes: Answer) -> None:
    mine = await created(member)

    answer = await member.patch(f"/issues/{mine['id']}", json=changes)

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][:2] == ["body", next(iter(changes))]


async def test_a_closed_issue_takes_no_other_status(member: httpx.AsyncClient) -> None:
    mine = await created(member)
    await member.post(f"/issues/{mine['id']}/close", json={})

    assert (await member.patch(f"/issues/{mine['id']}", json={"status": "open"})).status_code == 409


# Versions


async def test_an_etag_stands_for_a_version(member: httpx.AsyncClient) -> None:
    mine = await member.post("/issues", json={"project_id": 1, "title": "x"})
    path, etag = mine.headers["location"], mine.headers["etag"]

    same = await member.get(path)
    changed = await member.patch(path, json={"title": "y"})

    assert same.headers["etag"] == etag
    assert changed.headers["etag"] != etag


@pytest.mark.parametrize("header", ["{}", "W/{}", '"other", {}', "*"])
async def test_what_one_has_already_is_a_304_without_a_body(viewer: httpx.AsyncClient, header: str) -> None:
    etag = (await viewer.get("/issues/7")).headers["etag"]

    answer = await viewer.get("/issues/7", headers={"If-None-Match": header.format(etag)})

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == etag
    assert (await viewer.get("/issues/7", headers={"If-None-Match": '"7-0"'})).status_code == 200


async def test_a_change_meant_for_an_older_version_is_a_412_that_tells_the_newer(member: httpx.AsyncClient) -> None:
    mine = await member.post("/issues", json={"project_id": 1, "title": "x"})
    path, etag = mine.headers["location"], mine.headers["etag"]
    newer = await member.patch(path, json={"title": "theirs"}, headers={"If-Match": etag})

    answer = await member.patch(path, json={"title": "mine"}, headers={"If-Match": etag})

    assert newer.status_code == 200
    assert (answer.status_code, answer.headers["etag"]) == (412, newer.headers["etag"])
    assert "in the meantime" in answer.json()["detail"]
    assert (await member.get(path)).json()["title"] == "theirs"
    for header in (f"W/{newer.headers['etag']}", etag):
        assert (await member.delete(path, headers={"If-Match": header})).status_code == 412
    assert (await member.patch(path, json={"title": "mine"}, headers={"If-Match": "*"})).status_code == 200


@pytest.mark.parametrize("action", ["close", "reopen", "assign"])
async def test_actions_heed_if_match_too(member: httpx.AsyncClient, action: str) -> None:
    mine = await created(member)

    answer = await member.post(
        f"/issues/{mine['id']}/{action}", json={"assignee_id": None}, headers={"If-Match": '"old"'}
    )

    assert answer.status_code == 412


async def test_if_match_may_be_demanded(admin: httpx.AsyncClient) -> None:
    settings = (await admin.get("/settings")).json()
    await admin.put("/settings", json={**settings, "require_if_match": True})
    etag = (await admin.get("/issues/7")).headers["etag"]

    without = await admin.patch("/issues/7", json={"title": "x"})
    stated = await admin.patch("/issues/7", json={"title": "x"}, headers={"If-Match": etag})

    assert (without.status_code, without.headers["etag"]) == (428, etag)
    assert stated.status_code == 200


async def test_what_an_issue_shows_of_its_project_makes_it_another_version(admin: httpx.AsyncClient) -> None:
    (issue,) = (await admin.get("/projects/1/issues", params={"size": 1})).json()["items"]
    before = (await admin.get(f"/issues/{issue['id']}")).headers["etag"]
    await admin.patch("/projects/1", json={"key": "SITE"})

    after = await admin.get(f"/issues/{issue['id']}", headers={"If-None-Match": before})

    assert after.status_code == 200
    assert after.json()["reference"].startswith("SITE-")


# Actions


async def test_closing_says_why_and_reopening_forgets_it(member: httpx.AsyncClient, clock: Clock) -> None:
    mine = await created(member)
    clock.forward(60)

    closed = await member.post(
        f"/issues/{mine['id']}/close", json={"resolution": "wont_fix", "comment": "Not worth it."}
    )
    again = await member.post(f"/issues/{mine['id']}/close", json={})
    reopened = await member.post(f"/issues/{mine['id']}/reopen")
    twice = await member.post(f"/issues/{mine['id']}/reopen")

    assert (closed.json()["status"], closed.json()["resolution"]) == ("closed", "wont_fix")
    assert closed.json()["closed_at"] == "2026-01-05T10:01:00Z"
    assert (again.status_code, again.json()) == (409, {"detail": "The issue is closed already"})
    assert (reopened.json()["status"], reopened.json()["closed_at"], reopened.json()["resolution"]) == (
        *("open", None, None),
    )
    assert twice.status_code == 409
    (comment,) = (await member.get(f"/issues/{mine['id']}/comments")).json()["data"]
    assert comment["body"] == "Not worth it."


async def test_assigning_to_somebody_and_to_nobody(member: httpx.AsyncClient) -> None:
    mine = await created(member)
    path = f"/issues/{mine['id']}/assign"

    assert (await member.post(path, json={"assignee_id": 1})).json()["assignee_id"] == 1
    assert (await member.post(path, json={"assignee_id": None})).json()["assignee_id"] is None
    assert (await member.post(path, json={})).status_code == 422
    assert (await member.post(path, json={"assignee_id": 999})).status_code == 422


async def test_a_deleted_issue_is_out_of_the_lists_until_it_is_restored(member: httpx.AsyncClient) -> None:
    mine = await created(member, title="Soon gone")
    path = f"/issues/{mine['id']}"

    deleted = await member.delete(path)

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert mine["id"] not in [row["id"] for row in await listed(member)]
    assert mine["id"] in [row["id"] for row in await listed(member, deleted=True, **WIDE)]
    assert (await member.get(path)).json()["deleted_at"] == "2026-01-05T10:00:00Z"
    for answer in (
        await member.patch(path, json={"title": "x"}),
        await member.delete(path),
        await member.post(f"{path}/close", json={}),
        await member.get(f"{path}/text"),
    ):
        assert (answer.status_code, answer.json()) == (409, {"detail": "The issue is deleted; restore it first"})

    restored = await member.post(f"{path}/restore")

    assert restored.json()["deleted_at"] is None
    assert (await member.post(f"{path}/restore")).status_code == 409
    assert (await listed(member))[0]["id"] == mine["id"]


async def test_closing_several_tells_which_were_left_out(member: httpx.AsyncClient) -> None:
    first, second, closed, deleted = [(await created(member))["id"] for _ in range(4)]
    await member.post(f"/issues/{closed}/close", json={})
    await member.delete(f"/issues/{deleted}")

    ids = [first, second, first, closed, deleted, 999_999]
    answer = await member.post("/issues/bulk-close", json={"ids": ids, "resolution": "duplicate"})

    assert answer.json() == {"closed": [first, second], "skipped": [closed, deleted, 999_999]}
    assert (await member.get(f"/issues/{second}")).json()["resolution"] == "duplicate"
    assert (await member.post("/issues/bulk-close", json={"ids": []})).status_code == 422


async def test_an_issue_as_text(viewer: httpx.AsyncClient) -> None:
    issue = (await listed(viewer))[0]

    answer = await viewer.get(f"/issues/{issue['id']}/text")

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith(f"{issue['reference']}: {issue['title']}\n")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", "/issues/999999"), ("PATCH", "/issues/999999"), ("DELETE", "/issues/999999")),
        *(("POST", "/issues/999999/close"), ("POST", "/issues/999999/restore"), ("GET", "/issues/999999/text")),
        *(("GET", "/issues/999999/comments"), ("GET", "/issues/999999/attachments")),
    ],
)
async def test_what_does_not_exist_is_a_404_in_json(member: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await member.request(method, path, json={})

    assert (answer.status_code, answer.json()) == (404, {"detail": "Issue not found"})


@pytest.mark.parametrize("number", ["0", "-1", "9007199254740993", "99999999999999999999999", "x"])
async def test_an_id_that_can_be_none_is_a_422(viewer: httpx.AsyncClient, number: str) -> None:
    answer = await viewer.get(f"/issues/{number}")

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["path", "issue_id"]
