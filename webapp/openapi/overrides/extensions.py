"""
What a document itself says about its pages, as `x-webapp`.

On its root stands what a file would hold; on a path, what is said about the resource there; on an operation, what is
said about that. A mistake is one of the site's problems: the document is the API's, and not of whoever starts this.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from webapp.errors import SettingsError
from webapp.openapi.base import base_of
from webapp.openapi.document import Document, mapping
from webapp.openapi.overrides.applying import apply_overrides
from webapp.openapi.overrides.reading import OPERATIONS, RESOURCE, read_overrides, table
from webapp.openapi.overrides.values import OperationOverride, Overrides, ResourceOverride
from webapp.openapi.site import Operation, Resource, Site

NAME = "x-webapp"

T = TypeVar("T")


def apply_extensions(site: Site, document: Document, *, base_url: str | None) -> Site:
    """The site with what its document's extensions say of it."""
    reader = _Reader(site, document, base_url)
    said = [*reader.read()]
    if not said and not reader.problems:
        return site
    for overrides in said:
        site = apply_overrides(site, overrides)
    return replace(site, problems=(*site.problems, *reader.problems))


class _Reader:
    def __init__(self, site: Site, document: Document, base_url: str | None) -> None:
        self._site = site
        self._document = document
        self._base_url = base_url
        self.problems: list[str] = []

    def read(self) -> Iterator[Overrides]:
        """What is said, the general first."""
        root = self._document.root
        if NAME in root and (overrides := self._tried(NAME, lambda: read_overrides(root[NAME]))) is not None:
            yield overrides
        marked = [
            (path, item)
            for path, raw in self._document.paths.items()
            if (item := mapping(raw)) and (NAME in item or any(NAME in mapping(each) for each in item.values()))
        ]
        if marked:
            base = base_of(self._document, self._base_url)
            for path, item in marked:
                yield from self._at(base.path(path) or path, item)

    def _at(self, path: str, item: Mapping[str, Any]) -> Iterator[Overrides]:
        if NAME in item:
            where = f"{path} {NAME}"
            values = self._tried(where, lambda: table(item[NAME], RESOURCE, ""))
            resource = next((each for each in self._site.resources if path in _paths(each)), None)
            if values is not None and resource is not None:
                yield Overrides(resources={resource.name: ResourceOverride(**values)})
        for operation in self._operations(path):
            raw = mapping(item.get(operation.method.lower()))
            if NAME in raw:
                where = f"{operation.method} {path} {NAME}"
                values = self._tried(where, lambda given=raw[NAME]: table(given, OPERATIONS, ""))  # type: ignore[misc]
                if values is not None:
                    yield Overrides(operations={operation.slug: OperationOverride(**values)})

    def _operations(self, path: str) -> list[Operation]:
        return [each for each in self._site.operations if each.path == path]

    def _tried(self, where: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except SettingsError as error:
            self.problems.append(f"{where}: {error}")
            return None


def _paths(resource: Resource) -> set[str]:
    return {resource.path, *(each.path for each in (resource.list, resource.item) if each is not None)}
