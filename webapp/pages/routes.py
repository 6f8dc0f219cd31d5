"""Which address is which page."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

from webapp.pages import (
    account,
    admin,
    browsers,
    bulk,
    carried,
    choices,
    events,
    export,
    files,
    follow,
    further,
    jump,
    leaving,
    login,
    operation,
    operations,
    provider,
    register,
    resource,
    source,
)

ANYTHING = "/{path:path}"


def own_routes(first: Sequence[Route]) -> list[BaseRoute]:
    """All pages of ours, those of our own addresses before those of the API's; `first` are known already."""
    ours = [
        # In and out
        Route("/login", login.login_page, methods=["GET"]),
        Route("/login", login.log_in, methods=["POST"]),
        Route("/logout", login.log_out, methods=["POST"]),
        Route("/register", register.register_page, methods=["GET"]),
        Route("/register", register.register, methods=["POST"]),
        Route("/-/oidc/start", provider.start, methods=["GET"]),
        Route(provider.CALLBACK, provider.callback, methods=["GET"]),
        Route(leaving.SIGNED_OUT, leaving.signed_out, methods=["GET"]),
        Route(leaving.END, leaving.end_there, methods=["GET"]),
        Route(leaving.BACKCHANNEL, leaving.backchannel_logout, methods=["POST"]),
        Route("/-/oauth/{name}/start", carried.start, methods=["GET"]),
        # The account
        Route("/-/account", account.account_page, methods=["GET"]),
        Route("/-/account/sign-ins", further.further_page, methods=["GET"]),
        Route("/-/account/sign-ins", further.add_sign_in, methods=["POST"]),
        Route("/-/account/sign-ins/drop", further.drop_sign_in, methods=["POST"]),
        Route("/-/account/sessions/others", browsers.end_other_sessions, methods=["POST"]),
        Route("/-/account/sessions/all", browsers.end_all_sessions, methods=["POST"]),
        Route("/-/account/sessions/{key}/end", browsers.end_session, methods=["POST"]),
        Route("/-/account/devices/others", account.end_other_devices, methods=["POST"]),
        Route("/-/account/devices/{device}/end", account.end_device, methods=["POST"]),
        # For operators
        Route("/-/admin/sessions", admin.list_sessions, methods=["GET"]),
        Route("/-/admin/sessions", admin.end_sessions, methods=["DELETE"]),
        Route("/-/admin/sessions/{key}", admin.end_session, methods=["DELETE"]),
        # Everything the API can do
        Route("/-/operations", operations.operations_page, methods=["GET"]),
        Route("/-/operations/{slug}", operation.operation_page, methods=["GET"]),
        Route("/-/operations/{slug}", operation.run_operation, methods=["POST"]),
        Route("/-/bulk/{slug}", bulk.bulk_page, methods=["GET"]),
        Route("/-/bulk/{slug}", bulk.run_bulk, methods=["POST"]),
        # Around the pages
        Route("/-/jump", jump.jump, methods=["GET"]),
        Route("/-/raw/{path:path}", source.source_page, methods=["GET"]),
        Route("/-/export/{path:path}", export.export, methods=["GET"]),
        Route("/-/choices/{resource}", choices.choices, methods=["GET"]),
        Route("/-/files/{path:path}", files.save_file, methods=["GET"]),
        Route("/-/inline/{path:path}", files.show_file, methods=["GET"]),
        Route("/-/follow/{path:path}", follow.follow_page, methods=["GET"]),
        Route("/-/events/{path:path}", events.events_page, methods=["GET"]),
        # For operators and browsers, and home
        *first,
    ]
    # Everything the API has: a page's path is the API's
    of_the_api = Route(ANYTHING, resource.resource_page, methods=["GET"])
    return [_Elsewhere(ours, of_the_api), *ours, of_the_api]


class _Elsewhere(Route):
    """The last route put first, for paths that begin with what no other's does: those needn't be compared with."""

    def __init__(self, others: Sequence[Route], last: Route) -> None:
        super().__init__(last.path, last.endpoint, methods=list(last.methods or ()))
        self._taken = frozenset(_beginning(each.path.removeprefix("/")) for each in others)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As the last one, or not at all."""
        match, found = super().matches(scope)
        if match is Match.NONE or _beginning(found["path_params"]["path"]) in self._taken:
            return Match.NONE, {}
        return match, found


def _beginning(path: str) -> str:
    return path.partition("/")[0]
