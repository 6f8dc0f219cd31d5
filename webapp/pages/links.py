"""Which page a row, a reference or a list below an item leads to."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from starlette.requests import Request

from webapp.client.paths import fill_path
from webapp.errors import UnsafePath
from webapp.html.urls import href
from webapp.openapi.routes import Routes
from webapp.openapi.site import Match, Operation, Resource
from webapp.pages.masking import MASK
from webapp.record import record

BESIDE_ID = ("id", "uuid", "slug", "key", "name")
"""Where an embedded object has what goes into its URL, if its resource doesn't say."""

PLAIN = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9_.~-]*")
"""A value that stands in a path as it is."""


@record(frozen=True, slots=True)
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

    def items(self, resource: Resource, id_field: str | None) -> Callable[[Any], str | None]:
        """What gives the page of each of many rows: where they differ only in their ids, the rest is made once."""

        def item(row: Any) -> str | None:
            return self.item(resource, row, id_field)

        if self.routes.follows_links:
            return item
        if resource.item is None or resource.unlinked or id_field is None:
            return lambda _: None
        around = self._around(resource.item)
        if around is None:
            return item
        before, after = around

        def filled(row: Any) -> str | None:
            own = row.get(id_field) if isinstance(row, dict) else None
            text = str(own) if type(own) is int else own
            if isinstance(text, str) and PLAIN.fullmatch(text):
                return before + text + after
            return item(row)

        return filled

    def leading(self, resource: Resource, names: Iterable[str]) -> Collection[str] | None:
        """Those of some fields whose values may have pages; None for all of them."""
        if self.routes.follows_links:
            return None
        return {name for name in names if self._target(resource, name) is not None}

    def related(self, resource: Resource, name: str, value: Any) -> str | None:
        """The page of the thing whose id a field holds, or that it holds itself."""
        own = self.routes.linked(value)
        if own is not None:
            return href(self.request, own)
        target = self._target(resource, name)
        if target is None or target.item is None:
            return None
        if isinstance(value, Mapping):
            keys = [target.id_field, *BESIDE_ID] if target.id_field else BESIDE_ID
            return self._to(target.item, next((value[key] for key in keys if key in value), None), value)
        return self._to(target.item, value, {})

    def _target(self, resource: Resource, name: str) -> Resource | None:
        """The resource whose items a field refers to: `project` is the project that `project_id` is the id of."""
        relations = resource.relations
        if not relations:
            return None
        found = relations.get(name) or relations.get(f"{name}_id") or relations.get(f"{name}Id")
        target = self.routes.resource(found) if found else None
        return target if target is not None and target.item is not None else None

    def _around(self, item: Operation) -> tuple[str, str] | None:
        """What stands before and after an item's id in a link to it; None where the page's path doesn't tell."""
        *above, own = item.path_parameters or ("",)
        if not own or own in above or not self.here.keys() >= set(above):
            return None
        before, _, after = item.path.partition(f"{{{own}}}")
        path = _filled(before, self.here)
        if path is None or not path.startswith("/"):
            return None
        beginning = href(self.request, path)
        return beginning, href(self.request, f"{path}0{after}")[len(beginning) + 1 :]

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
