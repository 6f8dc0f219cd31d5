"""What is said when something can't be done."""

import json
import math
from collections.abc import Mapping
from typing import Any, TypeVar

from fastapi import HTTPException, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from webapp.demo.models.fields import Problem

Documented = dict[int | str, dict[str, Any]]
Model = TypeVar("Model", bound=BaseModel)

DESCRIPTIONS = {
    400: "That makes no sense",
    401: "Not signed in",
    403: "Not allowed",
    404: "There is no such thing",
    409: "That doesn't go with how things are",
    412: "Somebody else changed it in the meantime",
    413: "Too large",
    423: "Locked",
    428: "Which version this changes must be said",
    429: "Too many tries",
}


def documented(*statuses: int) -> Documented:
    """The failures of an operation, for its document."""
    return {status: {"model": Problem, "description": DESCRIPTIONS[status]} for status in statuses}


def documented_as_json(*statuses: int) -> Documented:
    """The failures of an operation that answers with something else than JSON when all goes well."""
    schema = {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}
    return {
        status: {"description": DESCRIPTIONS[status], "content": {"application/json": schema}} for status in statuses
    }


def not_found(thing: str) -> HTTPException:
    """There is no such thing."""
    return HTTPException(404, f"{thing} not found")


def conflict(detail: str) -> HTTPException:
    """It can't be done as things are."""
    return HTTPException(409, detail)


def invalid(field: str, message: str, value: Any, *, within: str = "body") -> RequestValidationError:
    """A 422 about one field, in the shape of all others."""
    return RequestValidationError([{"type": "value_error", "loc": (within, field), "msg": message, "input": value}])


async def say_what_is_invalid(_: Request, error: Exception) -> Response:
    """
    A 422 as FastAPI writes it, whatever was sent.

    It repeats the input, and its own handler fails on what JSON has no word for: NaN, and halves of characters.
    """
    assert isinstance(error, RequestValidationError)
    content = {"detail": _finite(jsonable_encoder(error.errors()))}
    return Response(json.dumps(content), 422, media_type="application/json")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def revalidated(model: type[Model], values: Mapping[str, Any]) -> Model:
    """A thing as it will be after a change, by the rules of a new one; RequestValidationError where it can't be."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        complaints = error.errors(include_url=False, include_context=False)
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in complaints]) from None
