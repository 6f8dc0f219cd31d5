"""What an API has against an input, at the field that it is about."""

from collections.abc import Mapping, Sequence

from webapp.forms.field import Field
from webapp.openapi.labels import humanise

Complaints = Mapping[str, Sequence[str]]


def place(complaints: Complaints, fields: Sequence[Field]) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """
    Find the field of each complaint.

    `complaints` maps dotted paths (`address.street`, `items.0.price`), as APIError has them, to sentences. The answer
    is the sentences by pointer, and those that no field was found for.
    """
    names = {each.name for top in fields for each in top.walk()}
    placed: dict[str, tuple[str, ...]] = {}
    left: list[str] = []
    for dotted, said in complaints.items():
        path = dotted.replace(".", "/")
        places = (f"body/{path}", f"path/{path}", f"query/{path}", f"header/{path}", path)
        pointer = next((each for each in places if each in names), None)
        if pointer:
            placed[pointer] = (*placed.get(pointer, ()), *said)
        else:
            left += [f"{humanise(dotted)}: {each}" if dotted else each for each in said]
    return placed, tuple(left)
