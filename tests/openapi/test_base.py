import pytest

from tests.openapi.building import answers, site

BOTH = {"/users": {"get": answers()}, "/orgs": {"get": answers()}}


@pytest.mark.parametrize(
    ("server", "base_url", "paths"),
    [
        ("/", None, ["/users", "/orgs"]),
        ("/api", None, ["/users", "/orgs"]),
        ("/api", "http://h.example/api", ["/users", "/orgs"]),
        ("/api", "http://h.example/api/", ["/users", "/orgs"]),
        ("/api", "http://h.example", ["/api/users", "/api/orgs"]),
        ("/", "http://h.example/api", ["/users", "/orgs"]),
        ("https://elsewhere.example/v1", "http://h.example", ["/users", "/orgs"]),
        ("https://elsewhere.example/v1", "http://h.example/v1", ["/users", "/orgs"]),
    ],
)
def test_paths_are_relative_to_the_base_url_in_use(server: str, base_url: str | None, paths: list[str]) -> None:
    found = site(BOTH, base_url=base_url, url="http://h.example/api/openapi.json", servers=[{"url": server}])

    assert [each.path for each in found.operations] == paths


def test_a_base_url_that_the_document_writes_into_its_paths_is_taken_off() -> None:
    paths = {"/api/users": {"get": answers()}, "/api": {"get": answers()}, "/other": {"get": answers()}}

    found = site(paths, base_url="http://h.example/api", url="http://h.example/openapi.json")

    assert [each.path for each in found.operations] == ["/users", "/"]
    assert found.base_url == "http://h.example/api"
    assert found.problems == ("GET /other lies outside of http://h.example/api.",)


def test_without_a_base_url_the_documents_own_is_meant() -> None:
    assert site(BOTH, servers=[{"url": "https://prod.example/v1/"}]).base_url == "https://prod.example/v1"
