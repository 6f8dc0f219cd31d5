"""The settings: nested objects, a choice of kinds, a map."""

from typing import Any

import httpx
import pytest


async def test_settings_are_read_as_they_were_written(admin: httpx.AsyncClient) -> None:
    before = (await admin.get("/settings")).json()
    after = {
        **before,
        "site_name": "Ours",
        "notice": {"kind": "webhook", "url": "https://example.com/hook", "secret": None},
        "quotas": {"WEB": 3},
        "office_hours": {"days": ["monday"], "opens": "08:00:00", "closes": "12:00:00"},
    }

    assert (await admin.put("/settings", json=after)).json() == after
    assert (await admin.get("/settings")).json() == after
    assert (await admin.put("/settings", json={**after, "notice": {"kind": "none"}})).status_code == 200


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"notice": {"kind": "pigeon"}}, ["notice"]),
        ({"notice": {"kind": "email"}}, ["notice", "email", "address"]),
        ({"quotas": {"WEB": -1}}, ["quotas", "WEB"]),
        ({"office_hours": {"days": ["monday"], "opens": "12:00", "closes": "08:00"}}, ["office_hours"]),
        ({"office_hours": {"days": [], "opens": "08:00", "closes": "12:00"}}, ["office_hours", "days"]),
        ({"site_name": None}, ["site_name"]),
    ],
)
async def test_what_is_wrong_is_named_however_deep_it_lies(
    admin: httpx.AsyncClient, changes: dict[str, Any], place: list[str]
) -> None:
    before = (await admin.get("/settings")).json()

    answer = await admin.put("/settings", json={**before, **changes})

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", *place]
    assert (await admin.get("/settings")).json() == before
