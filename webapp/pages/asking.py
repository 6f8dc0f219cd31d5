"""How a page asks the API for what it shows: with a GET, or with the POST that some lists are asked for with."""

from starlette.requests import Request

from webapp.client import APIClient, Reply
from webapp.openapi.posted import split
from webapp.openapi.site import Match
from webapp.pages.queries import Query


async def ask(request: Request, match: Match, asked: Query) -> Reply:
    """The API's answer for the page of `match`; `asked` is the part of its query that the API is to see."""
    return await ask_with(request.state["api"], match, asked)


async def ask_with(api: APIClient, match: Match, asked: Query) -> Reply:
    """The same with another's client."""
    operation, path = match.operation, match.api_path or match.path
    if operation.method == "GET":
        return await api.request("GET", path, params=asked)
    params, body = split(operation, asked)
    return await api.request(operation.method, path, params=params, json=body)
