"""What a list's page shows of its resource whatever its rows are, and whoever looks at it."""

from dataclasses import field

from webapp.openapi.routes import Routes
from webapp.openapi.site import Parameter, Resource
from webapp.pages.choices import choices_path
from webapp.pages.columns import Looks
from webapp.pages.filters import Filter
from webapp.pages.masking import Masker
from webapp.record import record


@record(frozen=True, slots=True)
class ListPlan:
    """Found in the document once for each resource (`Routes.planned`)."""

    parameters: tuple[Parameter, ...]
    """All that narrows the list, what it is searched with first."""
    search: Filter | None
    filters: tuple[tuple[Filter, str | None], ...]
    """Those besides, each with the path of the suggestions for it where it takes the id of another thing."""
    looks: Looks = field(default_factory=Looks)
    """What was found out about the fields of its rows."""
    masker: Masker = field(default_factory=Masker)
    """Knows which of them hold no secret."""


def plan_list(routes: Routes, resource: Resource) -> ListPlan:
    """The plan of a resource's list."""
    search = resource.search
    return ListPlan(
        parameters=(*((search,) if search else ()), *resource.filters),
        search=Filter.of(search, search=True) if search else None,
        filters=tuple(_filter(routes, resource, each) for each in resource.filters),
    )


def _filter(routes: Routes, resource: Resource, parameter: Parameter) -> tuple[Filter, str | None]:
    made = Filter.of(parameter)
    target = resource.relations.get(parameter.name)
    return made, choices_path(routes, target) if target and made.blank.type in ("text", "number") else None
