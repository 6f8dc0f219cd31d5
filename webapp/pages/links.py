"""Which page a row, a reference or a list below an item leads to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from webapp.client.paths import fill_path
from webapp.errors import UnsafePath
from webapp.html.urls import href
from webapp.openapi.routes import Routes
from webapp.openapi.site import Match, Operation, Resource
from webapp.pages.masking import MASK

BESIDE_ID = ("id", "uuid", "slug", "key", "name")
"""Where an embedded object has what goes into its URL, if its resource doesn't say."""


@dataclass(frozen=True, slots=True)
class Links:
    """The links of one page. Each is None where there is no page to lead to."""

    request: Request
    routes: Routes
    here: Mapping[str, str]
    """The values of this page's own path."""

    @classmethod
    def of(cls, request: Request, routes: Routes, match: Match) -> "Links":
        """The links of the page that was matched."""
        return cls(request, routes, match.path_params)

    def item(self, resource: Resource, row: Any, id_field: str | None) -> str | None:
        """The page of a row."""
        if not isinstance(row, Mapping):
            return None
        own = self.routes.linked(row)
        if own is not None or resource.item is None or resource.unlinked:
            return href(self.request, own) if own is not None else None
        return self._to(resource.item, row.get(id_field) if id_field else None, row)

    def related(self, resource: Resource, name: str, value: Any) -> str | None:
        """The page of the thing whose id a field holds, or that it holds itself."""
        own = self.routes.linked(value)
        if own is not None:
            return href(self.request, own)
        # `project` is the project that `project_id` is the id of.
        found = (
            resource.relations.get(name) or resource.relations.get(f"{name}_id") or resource.relations.get(f"{name}Id")
        )
        target = self.routes.resource(found) if found else None
        if target is None or target.item is None:
            return None
        if isinstance(value, Mapping):
            keys = [target.id_field, *BESIDE_ID] if target.id_field else BESIDE_ID
            return self._to(target.item, next((value[key] for key in keys if key in value), None), value)
        return self._to(target.item, value, {})

    def _to(self, operation: Operation, own: Any, row: Mapping[str, Any]) -> str | None:
        names = operation.path_parameters
        if not names or not _is_id(own):
            return None
        values = {name: self.here.get(name, row.get(name)) for name in names[:-1]}
        path = _filled(operation.path, {**values, names[-1]: own})
        return href(self.request, path) if path else None


def _is_id(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != MASK


def _filled(template: str, values: Mapping[str, Any]) -> str | None:
    try:
        return fill_path(template, values)
    except UnsafePath:
        return None
