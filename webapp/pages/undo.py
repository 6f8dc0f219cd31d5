"""What takes an operation back, where the API has something that does."""

import re
from collections.abc import Mapping

from starlette.requests import Request

from webapp.forms.pointer import join
from webapp.html.urls import href
from webapp.openapi.labels import words
from webapp.openapi.site import Operation, Resource
from webapp.sessions import Undo

OPPOSITES: Mapping[str, tuple[str, ...]] = {
    "delete": ("undelete", "restore", "recover"),
    "archive": ("unarchive", "restore"),
    "deactivate": ("activate", "reactivate"),
    "disable": ("enable",),
    "enable": ("disable",),
    "suspend": ("unsuspend", "resume", "reactivate"),
    "pause": ("unpause", "resume"),
    "lock": ("unlock",),
    "block": ("unblock",),
    "ban": ("unban",),
    "mute": ("unmute",),
    "hide": ("unhide", "show"),
    "publish": ("unpublish",),
    "pin": ("unpin",),
    "star": ("unstar",),
    "follow": ("unfollow",),
    "close": ("reopen",),
    "trash": ("untrash", "restore"),
}
"""By the last word of a path what takes it back; what ends for good, such as `unpublish`, isn't taken back unasked."""
VARIABLE = re.compile(r"\{[^{}]*\}")


def undo_for(
    request: Request, resource: Resource | None, operation: Operation, params: Mapping[str, str], *, back: str
) -> Undo | None:
    """
    The button that takes back what has just been done to an item; None where nothing is known to.

    `params` are the values of the operation's path, `back` is the page to be on afterwards.
    """
    opposite = opposite_of(resource, operation) if resource is not None else None
    if opposite is None:
        return None
    # The two name their variables as they like: the same place is the same thing.
    values = [params.get(name, "") for name in operation.path_parameters]
    names = opposite.path_parameters
    known = dict(zip(names, values, strict=False))
    if len(known) != len(names) or not all(known.values()):
        return None
    fields = (*((join("path", name), value) for name, value in known.items()), ("next", back))
    return Undo(href(request, f"/-/operations/{opposite.slug}", known), fields=fields)


def opposite_of(resource: Resource, operation: Operation) -> Operation | None:
    """The action of a resource that takes another back, and wants nothing but to be told so."""
    doing = _doing(operation)
    wanted = OPPOSITES.get(doing, ())
    place = _place(operation) if doing == "delete" else _place(operation)[:-1]
    near = {_doing(each): each for each in resource.actions if _place(each)[:-1] == place and not needs_input(each)}
    if doing == "delete" and "archive" in near and "restore" in near:
        # There, restoring takes out of the archive: what was deleted may be gone for good.
        wanted = tuple(each for each in wanted if each != "restore")
    return next((near[each] for each in wanted if each in near), None)


def needs_input(operation: Operation) -> bool:
    """Whether an operation can't be done without being told more than what it is done to."""
    if any(each.required and each.location != "path" for each in operation.parameters):
        return True
    bodies = operation.bodies
    return any(each.required and each.schema.required for each in bodies) or (
        bool(bodies) and not any(each.schema.is_object or not each.required for each in bodies)
    )


def _doing(operation: Operation) -> str:
    """`archive` for `POST /projects/{id}/archive`, `delete` for DELETE of the item itself."""
    last = operation.path.rstrip("/").rsplit("/", 1)[-1]
    if VARIABLE.search(last):
        return operation.method.lower()
    return "".join(words(last)).lower()


def _place(operation: Operation) -> list[str]:
    return VARIABLE.sub("{}", operation.path).strip("/").split("/")
