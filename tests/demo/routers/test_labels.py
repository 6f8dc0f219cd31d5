"""Labels."""

import httpx


async def test_labels_come_all_at_once_and_say_how_often_they_are_used(viewer: httpx.AsyncClient) -> None:
    labels = (await viewer.get("/labels")).json()

    names = [each["name"] for each in labels]
    assert names == sorted(names)
    assert len(names) == 12
    for label in labels[:3]:
        used = (await viewer.get("/issues", params={"label": label["name"], "size": 1})).json()["total"]
        assert label["issue_count"] == used > 0


async def test_a_label_is_made_changed_and_removed_from_its_issues(
    admin: httpx.AsyncClient, member: httpx.AsyncClient
) -> None:
    made = await member.post("/labels", json={"name": "to-do", "colour": "#102030"})
    issue = await member.post("/issues", json={"project_id": 1, "title": "x", "labels": ["to-do", "bug"]})
    changed = await member.patch("/labels/to-do", json={"description": "Soon"})

    assert (made.status_code, made.headers["location"]) == (201, "/labels/to-do")
    assert changed.json() == {"name": "to-do", "colour": "#102030", "description": "Soon", "issue_count": 1}
    assert (await admin.delete("/labels/to-do")).status_code == 204
    after = await member.get(issue.headers["location"])
    assert after.json()["labels"] == ["bug"]
    assert after.headers["etag"] != issue.headers["etag"]
    assert (await member.get("/labels/to-do")).status_code == 404
    assert (await member.patch("/labels/to-do", json={})).status_code == 404


async def test_a_name_is_taken_once_and_written_plainly(member: httpx.AsyncClient) -> None:
    assert (await member.post("/labels", json={"name": "bug", "colour": "#000000"})).status_code == 409
    for name in ("Bug", "two words", "-x", 'a"b', ""):
        answer = await member.post("/labels", json={"name": name, "colour": "#000000"})
        assert answer.json()["detail"][0]["loc"] == ["body", "name"], name
    answer = await member.patch("/labels/bug", json={"colour": None})
    assert answer.json()["detail"][0]["loc"] == ["body", "colour"]
