"""An API that answers what the test says."""

import httpx
import pytest

from webapp.testing import FakeAPI, Received


def client(api: FakeAPI, token: str | None = None) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.AsyncClient(transport=api.transport, base_url="http://api", headers=headers, trust_env=False)


async def token(api: FakeAPI, username: str = "ada@example.com", password: str = "secret") -> str:
    async with client(api) as http:
        answer = await http.post("/auth/token", data={"username": username, "password": password})
    return str(answer.raise_for_status().json()["access_token"])


async def test_an_answer_is_given_by_method_and_path() -> None:
    api = FakeAPI({"GET /orders": [{"id": 1}], "POST /orders": (201, {"id": 2})}, accounts=None)

    async with client(api) as http:
        listed = await http.get("/orders?q=tea", headers={"X-Trace": "t"})
        created = await http.post("/orders", json={"item": "Tea"})

    assert listed.json() == [{"id": 1}]
    assert (created.status_code, created.json()) == (201, {"id": 2})
    assert [(each.method, each.path) for each in api.requests] == [("GET", "/orders"), ("POST", "/orders")]
    assert api.requests[0].query == {"q": "tea"}
    assert api.requests[0].headers["x-trace"] == "t"
    assert api.requests[0].json is None
    assert api.requests[1].json == {"item": "Tea"}


async def test_a_route_may_have_parts_in_braces_and_plain_ones_come_first() -> None:
    api = FakeAPI(
        {"GET /orders/{id}": lambda received: {"id": received.params["id"]}, "GET /orders/new": "a form"}, accounts=None
    )

    async with client(api) as http:
        assert (await http.get("/orders/a%20b")).json() == {"id": "a b"}
        assert (await http.get("/orders/new")).json() == "a form"
        assert (await http.get("/orders/")).status_code == 404


async def test_a_function_may_answer_and_take_its_time() -> None:
    async def slowly(received: Received) -> tuple[int, object]:
        return 202, {"echo": received.form}

    api = FakeAPI({"POST /echo": slowly}, accounts=None)

    async with client(api) as http:
        answer = await http.post("/echo", data={"a": "1", "b": ""})

    assert (answer.status_code, answer.json()) == (202, {"echo": {"a": "1", "b": ""}})


async def test_responses_and_exceptions_go_out_as_they_are() -> None:
    api = FakeAPI(
        {
            "GET /text": httpx.Response(200, text="plain"),
            "GET /gone": (204, None),
            "GET /down": httpx.ConnectError("down"),
        },
        accounts=None,
    )

    async with client(api) as http:
        assert (await http.get("/text")).text == "plain"
        assert (await http.get("/gone")).content == b""
        with pytest.raises(httpx.ConnectError, match="down"):
            await http.get("/down")


async def test_answers_can_be_changed_on_the_way() -> None:
    api = FakeAPI({"GET /orders": []}, accounts=None)
    api.answers["GET /orders"] = (503, {"detail": "down"})

    async with client(api) as http:
        assert (await http.get("/orders")).status_code == 503


async def test_an_unknown_path_is_404_and_an_unknown_method_405() -> None:
    api = FakeAPI({"GET /orders": []}, accounts=None)

    async with client(api) as http:
        assert (await http.get("/order")).status_code == 404
        assert (await http.put("/orders")).status_code == 405
        assert (await http.get("/auth/me")).status_code == 404


async def test_whoever_has_an_account_signs_in_and_has_to() -> None:
    api = FakeAPI({"GET /orders": []})

    async with client(api) as http:
        assert (await http.get("/orders")).status_code == 401
        assert (await http.get("/auth/me")).status_code == 401
        wrong = await http.post("/auth/token", data={"username": "ada@example.com", "password": "no"})
        assert wrong.status_code == 401
    async with client(api, await token(api)) as http:
        assert (await http.get("/orders")).status_code == 200
        assert (await http.get("/auth/me")).json() == {"email": "ada@example.com"}
        assert (await http.post("/auth/logout")).status_code == 204
        assert (await http.get("/orders")).status_code == 401


async def test_everybody_can_be_signed_out_behind_their_backs() -> None:
    api = FakeAPI({"GET /orders": []}, accounts={"bob": "builder"})

    async with client(api, await token(api, "bob", "builder")) as http:
        assert (await http.get("/orders")).status_code == 200
        api.end_sessions()
        assert (await http.get("/orders")).status_code == 401


async def test_a_test_may_answer_the_sign_in_itself() -> None:
    api = FakeAPI({"POST /auth/token": (423, {"detail": "Locked"})}, accounts=None)

    async with client(api) as http:
        assert (await http.post("/auth/token")).status_code == 423


async def test_the_document_is_made_from_the_answers() -> None:
    order = {"id": 1, "item": "Tea", "price": 1.5, "sent": True, "to": {"name": "Ada"}, "note": None}
    api = FakeAPI(
        {"GET /orders": [order], "GET /orders/{id}": order, "DELETE /orders/{id}": (204, None), "GET /empty": []},
        title="Orders",
    )

    async with client(api) as http:
        document = (await http.get("/openapi.json")).json()

    assert document["info"]["title"] == "Orders"
    assert {"/orders", "/orders/{id}", "/auth/token", "/auth/me", "/auth/logout"} <= document["paths"].keys()
    listed = document["paths"]["/orders"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert listed["items"]["properties"] == {
        "id": {"type": "integer"},
        "item": {"type": "string"},
        "price": {"type": "number"},
        "sent": {"type": "boolean"},
        "to": {"type": "object", "properties": {"name": {"type": "string"}}},
        "note": {},
    }
    assert [each["name"] for each in document["paths"]["/orders/{id}"]["get"]["parameters"]] == ["id"]
    assert "content" not in document["paths"]["/orders/{id}"]["delete"]["responses"]["204"]
    assert api.requests == []


async def test_an_open_api_describes_no_sign_in() -> None:
    document = FakeAPI({"GET /orders": []}, accounts=None).document

    assert document["paths"].keys() == {"/orders"}
    assert "security" not in document


async def test_a_document_may_be_given() -> None:
    api = FakeAPI({}, document={"openapi": "3.1.0"})

    async with client(api) as http:
        assert (await http.get("/openapi.json")).json() == {"openapi": "3.1.0"}
