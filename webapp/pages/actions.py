"""What can be done to what a page shows: links to the forms of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from starlette.requests import Request

from webapp.html.context import Link
from webapp.html.urls import href
from webapp.openapi.routes import Routes
from webapp.openapi.site import Accounts, Match, Operation, Resource
from webapp.openapi.uses import is_around_accounts
from webapp.record import record

VARIABLE = re.compile(r"\{[^{}]*\}")
ITEM = "-item"
"""Our own parameter: the page of the item that an operation is about, where the operation's path doesn't lead to it."""
ARTICLES = ("the", "a", "an", "this", "one")


@record(frozen=True, slots=True)
class Actions:
    """The links of one page: what makes a new one, what changes and removes this one, and all else."""

    create: Link | None = None
    edit: Link | None = None
    delete: Link | None = None
    others: tuple[Link, ...] = ()


def list_actions(request: Request, routes: Routes, match: Match) -> Actions:
    """What can be done on a list's page; what is known of its path is filled in."""
    resource = match.resource
    if resource is None:
        return Actions()
    offer = _Offer(request, routes, match)
    return Actions(create=offer.create(resource), others=offer.links(routes.planned(_offered, resource).on_list))


def item_actions(request: Request, routes: Routes, match: Match, item: Mapping[str, Any] | None = None) -> Actions:
    """What can be done on an item's page. The item itself tells its id where its page goes by another name."""
    resource = match.resource
    if resource is None:
        return Actions()
    offer = _Offer(request, routes, match, item or {})
    return Actions(
        edit=offer.link(resource.update, "Edit"),
        delete=offer.link(resource.delete, "Delete"),
        others=offer.links(routes.planned(_offered, resource).on_item),
    )


def operation_href(request: Request, operation: Operation, params: Mapping[str, str]) -> str:
    """The address of an operation's page, with inputs filled in."""
    return href(request, f"/-/operations/{operation.slug}", params)


def is_id(name: str) -> bool:
    """Whether a path parameter is an id by its name: `id`, `post_id`, `postId`."""
    return re.search(r"(^|[a-z0-9_-])(id|ID|Id|uuid)$", name) is not None


def go_by_different_keys(one: Operation, other: Operation) -> bool:
    """Whether one goes by an id and the other by a slug or a name, so that neither's value is the other's."""
    pairs = zip(one.path_parameters, other.path_parameters, strict=False)
    return any(mine != yours and is_id(mine) != is_id(yours) for mine, yours in pairs)


def is_below(operation: Operation, page: Operation) -> bool:
    """Whether an operation's path is a page's or goes on from it, whatever the two call their parameters."""
    return _shape(operation).startswith(_shape(page))


def new_label(resource: Resource) -> str:
    """What makes a new one is called by the links to it, and on its page."""
    return f"New {_lower_first(resource.singular)}"


def short_label(operation: Operation, resource: Resource) -> str:
    """`Archive` for "Archive project", on a page that is about projects."""
    label = re.sub(r"\s+by (id|uuid|name|slug)$", "", operation.label, flags=re.IGNORECASE)
    for noun in (resource.singular, resource.label):
        if label.casefold().endswith(f" {noun.casefold()}"):
            words = label[: -len(noun) - 1].split()
            while words and words[-1].casefold() in ARTICLES:
                words.pop()
            return " ".join(words) or label
    return label


@record(frozen=True, slots=True)
class _Offer:
    request: Request
    routes: Routes
    match: Match
    item: Mapping[str, Any] = field(default_factory=dict)

    def link(self, operation: Operation | None, label: str) -> Link | None:
        """To the form of an operation, with what this page's path says."""
        if operation is None or operation.hidden:
            return None
        known = self._known(operation)
        by_id = {name: self._id_for(name, value) for name, value in known.items()}
        told = {**by_id, ITEM: self.match.path} if by_id != known else known
        return Link(label, operation_href(self.request, operation, told))

    def _id_for(self, name: str, value: str) -> str:
        """What an operation wants where the item's page goes by a slug: `/posts/{slug}`, `/posts/{post_id}/publish`."""
        here = next((each for each, own in self.match.path_params.items() if own == value), name)
        own_id = self.item.get("id")
        if not is_id(name) or is_id(here) or not isinstance(own_id, int | str) or isinstance(own_id, bool):
            return value
        return str(own_id)

    def create(self, resource: Resource) -> Link | None:
        """To the form for a new one: of a nested list also that of the same things elsewhere, with their parent."""
        if resource.create is not None:
            return self.link(resource.create, new_label(resource))
        for other in self.routes.site.resources:
            if resource.parent and resource.item and other.item == resource.item and other.create:
                parents = [each for each, target in other.relations.items() if target == resource.parent]
                here = list(self.match.path_params.values())[-1:]
                if len(parents) == 1 and here and not other.create.path_parameters:
                    params = {f"body/{parents[0]}": here[0]}
                    return Link(new_label(other), operation_href(self.request, other.create, params))
        return None

    def links(self, labelled: Sequence[tuple[Operation, str]]) -> tuple[Link, ...]:
        """To the forms of several operations."""
        found = (self.link(operation, label) for operation, label in labelled)
        return tuple(each for each in found if each is not None)

    def _known(self, operation: Operation) -> dict[str, str]:
        """The operation's path parameters that this page's path gives, whatever the two call them."""
        here = self.match.path_params
        values = list(here.values())
        below = is_below(operation, self.match.operation)
        names = operation.path_parameters
        by_place = dict(zip(names, values, strict=False)) if below or len(names) <= len(values) else {}
        return {name: here.get(name, by_place.get(name, "")) for name in names if name in here or name in by_place}


@record(frozen=True, slots=True)
class _Offered:
    """What else can be done with a resource, each under its label: found in the document once."""

    on_list: tuple[tuple[Operation, str], ...]
    on_item: tuple[tuple[Operation, str], ...]


def _offered(routes: Routes, resource: Resource) -> _Offered:
    def labelled(operations: tuple[Operation, ...]) -> tuple[tuple[Operation, str], ...]:
        return tuple(
            (each, short_label(each, resource)) for each in _others(routes.site.accounts, resource, operations)
        )

    return _Offered(labelled(resource.collection_actions), labelled(resource.item_actions))


def _others(accounts: Accounts, resource: Resource, operations: tuple[Operation, ...]) -> Iterator[Operation]:
    """Everything but what changes and removes an item, and what says the same in another way."""
    taken = {each.path for each in (resource.update, resource.delete) if each is not None}
    for each in operations:
        other_way = each.method in ("PUT", "PATCH") and each.path in taken
        if not (other_way or is_around_accounts(accounts, each)):
            yield each


def _shape(operation: Operation) -> str:
    return VARIABLE.sub("{}", operation.path)


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
