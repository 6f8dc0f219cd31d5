"""Puts overrides on a site. What they name and the site doesn't have is passed over here, and told by `misfit`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from webapp.openapi.overrides.accounts import with_login
from webapp.openapi.overrides.reading import did_you_mean
from webapp.openapi.overrides.roles import ROLES, find, meant, with_roles
from webapp.openapi.overrides.values import OFF, Nothing, Overrides, PagingOverride, ResourceOverride, SortingOverride
from webapp.openapi.schema import Schema
from webapp.openapi.site import Operation, Paging, PagingStyle, Parameter, Resource, Site, Sorting

T = TypeVar("T")

ANY_TEXT = Schema({"type": "string"})


def apply_overrides(site: Site, overrides: Overrides) -> Site:
    """The site with what the overrides say of it."""
    for name, said in overrides.resources.items():
        site = with_roles(site, name, said)
    names = {each.name for each in site.resources}
    resources = [
        _with_resource(each, overrides.resources[each.name], names) if each.name in overrides.resources else each
        for each in site.resources
    ]
    operations = {each.name: each for each in site.operations}
    operations.update({each.list.name: each.list for each in resources if each.list is not None})
    for name, operation in operations.items():
        about = overrides.operations.get(operation.slug)
        if about is not None:
            operations[name] = replace(operation, **_said(label=about.label, hidden=about.hidden))
    return replace(
        site,
        title=overrides.title or site.title,
        resources=tuple(_newest(each, operations) for each in resources),
        views=tuple(operations[each.name] for each in site.views),
        operations=tuple(operations[each.name] for each in site.operations),
        accounts=with_login(_newest(site.accounts, operations), overrides.login, site.operations),
    )


def misfit(site: Site, overrides: Overrides) -> str:
    """A sentence about the first thing that the overrides name and the site doesn't have; empty if all is there."""
    resources = {each.name for each in site.resources}
    operations = {each.slug for each in site.operations}
    for name, said in overrides.resources.items():
        if name not in resources:
            return _missing(f"resources.{name}", "resource", name, resources)
        for role, method in ROLES.items():
            told = getattr(said, role)
            if isinstance(told, str) and find(site.operations, *meant(told, method)) is None:
                known = {f"{each.method} {each.path}" for each in site.operations}
                return _missing(f"resources.{name}.{role}", "operation", " ".join(meant(told, method)), known)
        for field, target in (said.relations or {}).items():
            if target is not OFF and target not in resources:
                return _missing(f"resources.{name}.relations.{field}", "resource", target, resources)
    for slug in overrides.operations:
        if slug not in operations:
            return _missing(f"operations.{slug}", "operation", slug, operations)
    return ""


def _missing(where: str, kind: str, name: str, known: Collection[str]) -> str:
    hint = did_you_mean(name, known) or "`webapp inspect` lists them."
    return f"{where}: the API has no {kind} called {name!r}; {hint}"


def _newest(thing: T, operations: Mapping[str, Operation]) -> T:
    """A resource or the accounts with their operations as they are now."""
    changes: dict[str, Any] = {}
    for each in fields(thing):  # type: ignore[arg-type]
        value = getattr(thing, each.name)
        if isinstance(value, Operation) and operations.get(value.name, value) is not value:
            changes[each.name] = operations[value.name]
        elif isinstance(value, tuple) and value and isinstance(value[0], Operation):
            changes[each.name] = tuple(operations.get(inner.name, inner) for inner in value)
    return replace(thing, **changes) if changes else thing  # type: ignore[type-var]


def _said(**values: Any) -> dict[str, Any]:
    """What was said, an OFF as the None that stands for it in a site."""
    return {name: None if value is OFF else value for name, value in values.items() if value is not None}


def _with_resource(resource: Resource, said: ResourceOverride, names: Collection[str]) -> Resource:
    resource = replace(
        resource,
        **_said(
            label=said.label,
            singular=said.singular,
            tag=said.group,
            hidden=said.hidden,
            columns=said.columns,
            id_field=said.id,
            unlinked=said.id is OFF if said.id is not None else None,
            title_field=said.title,
            items_path=said.items,
        ),
        relations=_relations(resource.relations, said.relations or {}, names),
    )
    if resource.list is None:
        return resource
    paging, sorting = _paging(resource.paging, said.paging), _sorting(resource.sorting, said.sorting)
    used = [said.search, *(said.filters or ())]
    used += [paging.position, paging.size] if paging is not None else []
    used += [sorting.parameter, sorting.direction] if sorting is not None else []
    listed = _taking(resource.list, [name for name in used if isinstance(name, str)])
    parameters = {each.name: each for each in listed.query}
    search = parameters[said.search] if isinstance(said.search, str) else said.search
    return replace(
        resource,
        list=listed,
        paging=paging,
        sorting=sorting,
        **_said(
            search=search,
            filters=tuple(parameters[name] for name in said.filters) if said.filters is not None else None,
        ),
    )


def _taking(operation: Operation, names: Iterable[str]) -> Operation:
    """The operation with a query parameter of each name, which its document may have forgotten."""
    known = {each.name for each in operation.query}
    missing = [name for name in dict.fromkeys(names) if name not in known]
    if not missing:
        return operation
    added = tuple(Parameter(name, "query", required=False, schema=ANY_TEXT) for name in missing)
    return replace(operation, parameters=(*operation.parameters, *added))


def _relations(
    inferred: Mapping[str, str], said: Mapping[str, str | Nothing], names: Collection[str]
) -> Mapping[str, str]:
    kept = {name: target for name, target in inferred.items() if said.get(name) is not OFF}
    return {**kept, **{name: target for name, target in said.items() if target is not OFF and target in names}}


def _paging(inferred: Paging | None, said: PagingOverride | Nothing | None) -> Paging | None:
    if said is None or said is OFF:
        return inferred if said is None else None
    values = _said(**{each.name: getattr(said, each.name) for each in fields(said)})
    if inferred is not None:
        return replace(inferred, **values)
    return Paging(**{"style": PagingStyle.PAGE, **values}) if "position" in values else None


def _sorting(inferred: Sorting | None, said: SortingOverride | Nothing | None) -> Sorting | None:
    if said is None or said is OFF:
        return inferred if said is None else None
    values = _said(**{each.name: getattr(said, each.name) for each in fields(said)})
    if inferred is not None:
        return replace(inferred, **values)
    return Sorting(**values) if {"parameter", "choices"} <= set(values) else None
