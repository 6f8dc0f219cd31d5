"""Answers as typed models, where pydantic is installed."""

from collections.abc import Callable
from typing import TypeVar

from webapp.client.reply import Reply
from webapp.errors import BadGateway

T = TypeVar("T")


def validator(model: type[T]) -> Callable[[Reply], T]:
    """A function from a reply to `model`; BadGateway, naming the place but no value, when the reply doesn't fit."""
    try:
        from pydantic import TypeAdapter, ValidationError
    except ImportError:
        raise RuntimeError("get_model and post_model need pydantic: pip install pydantic") from None
    adapter = TypeAdapter(model)

    def validate(reply: Reply) -> T:
        try:
            return adapter.validate_python(reply.data)
        except ValidationError as error:
            problems = error.errors(include_input=False)[:3]
            places = ", ".join(".".join(map(str, problem["loc"])) or "the top" for problem in problems)
            detail = f"The API's answer isn't what was expected at {places}."
            raise BadGateway(detail, api_status=reply.status, request_id=reply.request_id) from None

    return validate
