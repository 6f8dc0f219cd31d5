"""What the things are called whose ids a form begins with."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request

from webapp.forms.field import Control, Field
from webapp.openapi.routes import Routes
from webapp.pages.references import names_of


async def labels_for(request: Request, routes: Routes, fields: Sequence[Field]) -> Mapping[str, str]:
    """The names of the things that a form's fields refer to, by the name of the input; none where none is known."""
    held = {each.name: each for top in fields for each in top.walk() if each.control is Control.REFERENCE}
    meant = {name: (_resource(each), each.value) for name, each in held.items() if each.value and each.choices_href}
    wanted: dict[str, dict[str, None]] = {}
    for resource, value in meant.values():
        wanted.setdefault(resource, {})[value] = None
    found = await names_of(request, routes, wanted) if wanted else {}
    return {name: found[key] for name, key in meant.items() if key in found}


def _resource(field: Field) -> str:
    """Suggestions come from `/-/choices/{resource}`."""
    return (field.choices_href or "").rpartition("/")[2]
