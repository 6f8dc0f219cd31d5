"""A page for every GET of every document, none of them a failure of ours."""

from urllib.parse import quote, urlencode


from tests.corpus.documents import Corpus, Declared
from tests.corpus.mock import VARIABLE, MockAPI
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
