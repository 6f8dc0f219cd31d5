"""A library's API, answering by script: for tests of the pages that are made from a document."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount

from webapp import Settings, create_app
from webapp.testing import Browser, FakeAPI

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
GENRES = ["fiction", "history", "poetry"]

AUTHOR = {"type": "object", "properties": {"id": NUMBER, "name": TEXT}}
BOOK = {
    "type": "object",
    "properties": {
        "id": NUMBER,
        "title": TEXT,
        "genre": {"$ref": "#/components/schemas/BookGenre"},
        "author_id": NUMBER,
        "author": {"$ref": "#/components/schemas/Author"},
        "price": {"type": "number", "description": "In euros."},
        "in_stock": {"type": "boolean"},
        "published": {"type": "string", "format": "date"},
        "blurb": TEXT,
        "tags": {"type": "array", "items": TEXT},
        "editions": {"type": "array", "items": {"type": "object", "properties": {"name": TEXT, "pages": NUMBER}}},
        "publisher": {"type": "object", "properties": {"name": TEXT, "address": {"type": "object"}}},
        "lock_code": {"type": "string", "writeOnly": True},
        "created_at": {"type": "string", "format": "date-time", "readOnly": True},
    },
}


def query(name: str, schema: Mapping[str, Any] = TEXT, **more: Any) -> dict[str, Any]:
    """A query parameter."""
    return {"name": name, "in": "query", "schema": schema, **more}


def get(answer: Any = None, *parameters: Any, tag: str = "Books", types: str = "application/json", **more: Any) -> Any:
    """The GET of a path."""
    content = {types: {} if answer is None else {"schema": answer}}
    return {
        "get": {
            "tags": [tag],
            "parameters": list(parameters),
            "responses": {"200": {"description": "OK", "content": content}},
            **more,
        }
    }


def place(name: str, schema: Mapping[str, Any] = NUMBER) -> dict[str, Any]:
    """A path parameter."""
    return {"name": name, "in": "path", "required": True, "schema": schema}


def ref(name: str) -> dict[str, str]:
    """A shared schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(item: Any) -> dict[str, Any]:
    """A list in the envelope that this API has."""
    rows = {"type": "array", "items": item}
    return {"type": "object", "properties": {"items": rows, "total": NUMBER, "page": NUMBER, "size": NUMBER}}


BOOK_QUERY = (
    query("q"),
    query("genre", ref("BookGenre")),
    query("in_stock", {"type": "boolean"}),
    query("price_min", {"type": "number"}),
    query("published_after", {"type": "string", "format": "date"}, description="Only later ones."),
    query("seen_after", {"type": "string", "format": "date-time"}),
    query("shelf", {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}, explode=False),
    query("sort", {"type": "string", "enum": ["title", "-title", "price"]}),
    query("page", {"type": "integer", "minimum": 1, "default": 1}),
    query("size", {"type": "integer", "default": 5, "maximum": 60}),
)

PATHS: dict[str, Any] = {
    "/books": get(listed(ref("Book")), *BOOK_QUERY, description="Every book.\n\nAll of them."),
    "/books/{book_id}": get(ref("Book"), place("book_id")),
    "/books/{book_id}/loans": get({"type": "array", "items": {"type": "object"}}, place("book_id"), tag="Loans"),
    "/books/{book_id}/cover": get(None, place("book_id"), types="image/png", summary="Cover"),
    "/authors": get({"type": "array", "items": ref("Author")}, tag="People"),
    "/authors/{author_id}": get(ref("Author"), place("author_id"), tag="People"),
    "/events": get(listed({"type": "object"}), query("cursor"), query("limit", NUMBER), tag="Events"),
    "/stats": get({"type": "object"}, query("days", NUMBER), tag="Reports", summary="Statistics"),
    "/report": get({"type": "object"}, query("year", NUMBER, required=True), tag="Reports", summary="Year's report"),
    "/featured": get({"type": "array", "items": ref("Book")}, query("genre"), tag="Reports", summary="Featured"),
    "/feed": get(None, types="text/event-stream", tag="Events", summary="Feed"),
    "/ticker": get({}, tag="Events", summary="Ticker", description="An SSE stream of prices."),
    "/dump": get(None, types="application/zip", tag="Reports", summary="Dump"),
    "/terms": get(None, types="text/html", tag="Reports", summary="Terms"),
    "/count": get(NUMBER, tag="Reports", summary="Count"),
    "/anything": get(tag="Reports", summary="Anything"),
    "/auth/oauth/google/callback": get({}, tag="Auth", summary="Callback"),
    "/auth/me": get({"type": "object", "properties": {"email": TEXT}}, tag="Auth", summary="Me"),
}

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Library", "version": "1", "description": "Books to read."},
    "paths": PATHS,
    "components": {
        "schemas": {
            "Book": BOOK,
            "Author": AUTHOR,
            "BookGenre": {"title": "BookGenre", "type": "string", "enum": GENRES},
        }
    },
}


def book(number: int = 1, **values: Any) -> dict[str, Any]:
    """A book as the API gives it."""
    return {
        "id": number,
        "title": f"Book {number}",
        "genre": "fiction",
        "author_id": 7,
        "price": 9.5,
        "in_stock": True,
        "published": "2021-07-21",
        "blurb": "A long story. " * 20,
        "tags": ["red", "thin"],
        "lock_code": "open sesame",
        "created_at": "2026-01-02T03:04:05Z",
        **values,
    }


def books(count: int = 2, *, total: int | None = None, page: int = 1, size: int = 25) -> dict[str, Any]:
    """A page of books."""
    rows = [book(number) for number in range(1, count + 1)]
    return {"items": rows, "total": count if total is None else total, "page": page, "size": size}


@asynccontextmanager
async def library(api: FakeAPI, *, under: str = "") -> AsyncIterator[Browser]:
    """A browser on the frontend of the library, mounted under a path if one is given."""
    app: Callable[..., Any] = create_app("http://api", transport=api.transport, settings=Settings())
    if under:
        app = Starlette(routes=[Mount(under, app=app)])
    async with Browser(app) as browser:
        yield browser


def library_api(answers: Mapping[str, Any]) -> FakeAPI:
    """The library's API, open to everybody."""
    return FakeAPI(answers, accounts=None, document=DOCUMENT)


def asked(api: FakeAPI, path: str) -> Mapping[str, str]:
    """The query that the API got last at a path; beside lists, pages ask for the names of what these refer to."""
    return [each.query for each in api.requests if each.path == path][-1]
