"""What can be done to what a page shows: links to the forms of it."""

from collections.abc import Mapping

from starlette.requests import Request

from webapp.html.urls import href
from webapp.openapi.site import Operation


def operation_href(request: Request, operation: Operation, params: Mapping[str, str]) -> str:
    """The address of an operation's page, with inputs filled in."""
    return href(request, f"/-/operations/{operation.slug}", params)
