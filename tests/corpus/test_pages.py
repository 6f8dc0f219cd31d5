"""A page for every GET of every document, none of them a failure of ours."""

from urllib.parse import quote, urlencode, urlsplit

from tests.corpus.documents import Corpus, Declared
from tests.corpus.mock import VARIABLE, MockAPI
from tests.corpus.test_forms import is_around_accounts
from webapp.openapi.document import Document
from webapp.openapi.resources import build_site
from webapp.testing import Browser


def address(corpus: Corpus, operation: Declared) -> str:
    """The page of a GET, with a value for everything that the document requires."""
    schemas = {(each["in"], each["name"]): corpus.resolve(each.get("schema", {})) for each in operation.parameters}
    path = operation.path.partition("?")[0].partition("#")[0]
    for variable in VARIABLE.findall(path):
        schema = schemas.get(("path", variable[1:-1]), {})
        path = path.replace(variable, quote(str(value(schema)), safe=""), 1)
    needed = [
        (each["name"], str(value(schemas["query", each["name"]])))
        for each in operation.parameters
        if each["in"] == "query" and each.get("required")
    ]
    return (
        f"{quote(path, safe='/~:@!$&()*+,;=%')}?{urlencode(needed)}" if needed else quote(path, safe="/~:@!$&()*+,;=%")
    )


def value(schema: object) -> object:
    assert isinstance(schema, dict)
    if schema.get("enum"):
        return schema["enum"][0]
    return {"integer": 17, "number": 17, "boolean": "true"}.get(str(schema.get("type")), "17")


async def test_every_get_has_a_page(corpus: Corpus, api: MockAPI, browser: Browser) -> None:
    failed = []
    for operation in corpus.operations:
        if operation.method == "GET":
            page = await browser.get(address(corpus, operation))
            if page.status != 200:
                failed.append(f"{operation}: {page.status} {page.text[:200] if page.status >= 500 else ''}")

    assert failed == []
    assert api.unknown == []


async def test_every_operation_is_reachable_from_home_and_has_a_form(corpus: Corpus, browser: Browser) -> None:
    home = await browser.get("/")
    assert "/-/operations" in home.links.values()

    listed = await browser.get("/-/operations")
    links = {urlsplit(link.get("href")).path for link in listed.page.all("main a[href]")}
    site = build_site(Document.parse(corpus.path.read_bytes()), base_url=f"http://api.test{corpus.prefix}")
    hidden = [each.name for each in site.operations if not {f"/-/operations/{each.slug}", each.path} & links]
    assert hidden == []

    failed = []
    for operation in site.operations:
        page = await browser.get(f"/-/operations/{operation.slug}")
        if page.status != 200 or not (page.page.all("main form") or is_around_accounts(site, operation)):
            failed.append(f"{operation.name}: {page.status}")

    assert failed == []
    assert len(site.operations) == len(corpus.operations)
