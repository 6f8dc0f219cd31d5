"""What the property tests put into forms is what their schemas mean."""

from typing import Any

from hypothesis import given, settings
from jsonschema import Draft202012Validator

from tests.forms.generated import SCHEMAS, Raw, filled


@settings(max_examples=200, deadline=None, derandomize=True)
@given(filled())
def test_a_generated_value_is_valid(given_: tuple[Raw, Any]) -> None:
    raw, value = given_

    Draft202012Validator(todays(raw)).validate(value)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(SCHEMAS)
def test_a_generated_schema_is_one(raw: Raw) -> None:
    Draft202012Validator.check_schema(todays(raw))


def todays(raw: Any) -> Any:
    """A schema with the tuples of older drafts, `items` as a list, as they are written since 2020."""
    if isinstance(raw, list):
        return [todays(each) for each in raw]
    if not isinstance(raw, dict):
        return raw
    older = isinstance(raw.get("items"), list)
    return {"prefixItems" if older and key == "items" else key: todays(each) for key, each in raw.items()}
