"""`/register`: a new account, where the API offers one."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from webapp.client import APIClient
from webapp.errors import APIError, NotFound
from webapp.html.context import RegisterField, RegisterPage
from webapp.html.render import render
from webapp.html.urls import href, next_or_home
from webapp.openapi.labels import humanise
from webapp.openapi.schema import Schema
from webapp.openapi.site import Accounts, Body, Operation
from webapp.pages.arriving import arriving
from webapp.pages.errors import retry_header
from webapp.pages.guard import begin_try
from webapp.pages.me import identify
from webapp.pages.refusals import is_undone
from webapp.pages.sites import routes_for
from webapp.pages.submitted import read_form
from webapp.sessions import Session, Try


async def register_page(request: Request) -> Response:
    """Show the form for a new account."""
    accounts = (await routes_for(request)).site.accounts
    operation = _needed(accounts)
    return _page(request, operation, {}, request.query_params.get("next", ""))


async def register(request: Request) -> Response:
    """Take the form to the API; whoever it signs in at once is signed in here too."""
    typed = await read_form(request)
    where = next_or_home(request, typed.pop("next", ""))

    accounts = (await routes_for(request)).site.accounts
    operation = _needed(accounts)
    api = arriving(request, request.state.new_client(accounts))
    fields = _fields(_body(operation).schema)
    given = {name: typed[name] for name in fields if typed.get(name)}
    try:
        tried = await begin_try(request)
        await _make(api, operation, given, tried)
    except APIError as error:
        return _page(request, operation, typed, where, error=error)

    if not api.signed_in:
        return RedirectResponse(href(request, "/login", [("why", "registered"), ("next", where)]), 303)
    typed_name = next((given[name] for name in fields if name in ("email", "username", "login") and name in given), "")
    person = await identify(api, accounts)
    user = person.name or typed_name or "Signed in"
    # Nobody has checked that what was typed is what one signs in by: it may be how somebody else does.
    request.state.session = Session.begin(api, user=user, owner=person.owner or None)
    return RedirectResponse(where, 303)


def _needed(accounts: Accounts) -> Operation:
    if accounts.register is None or not accounts.register.bodies:
        raise NotFound("This API doesn't take new accounts.")
    return accounts.register


def _body(operation: Operation) -> Body:
    return next((body for body in operation.bodies if "json" in body.media_type), operation.bodies[0])


def _fields(schema: Schema) -> Mapping[str, Schema]:
    """The fields a person types: texts, passwords among them; what isn't required and isn't text can come later."""
    return {
        name: each
        for name, each in schema.properties.items()
        if not each.read_only and (each.type == "string" or name in schema.required)
    }


async def _make(api: APIClient, operation: Operation, given: Mapping[str, str], tried: Try) -> None:
    """Have the account made. The try counts, other than at a sign-in, even if nobody knows whether one was."""
    try:
        await _post(api, operation, given)
    except APIError as error:
        if is_undone(error):
            await tried.give_back()
        raise


async def _post(api: APIClient, operation: Operation, given: Mapping[str, str]) -> None:
    if "json" in _body(operation).media_type:
        await api.sign_in(operation.path, json=given)
    else:
        await api.sign_in(operation.path, data=given)


def _page(
    request: Request, operation: Operation, typed: Mapping[str, str], where: str, *, error: APIError | None = None
) -> Response:
    schema = _body(operation).schema
    fields = _fields(schema)
    complaints = error.fields if error else {}
    elsewhere = [f"{name}: {' '.join(said)}." for name, said in complaints.items() if name not in fields]
    page = RegisterPage(
        action=href(request, "/register"),
        next=where,
        fields=tuple(
            _field(name, each, name in schema.required, typed.get(name, ""), " ".join(complaints.get(name, ())))
            for name, each in fields.items()
        ),
        error="" if error is None else " ".join(elsewhere) or ("" if complaints else error.detail),
        login_href=href(request, "/login", [("next", where)] if where else []),
    )
    headers = retry_header(error.retry_after) if error else None
    return render(request, "pages/register.html", page, status=error.status if error else 200, headers=headers)


def _field(name: str, schema: Schema, required: bool, value: str, error: str) -> RegisterField:
    secret = schema.format == "password" or "password" in name.lower()
    kind = "password" if secret else "email" if schema.format == "email" or name == "email" else "text"
    shortest = schema.min_length
    return RegisterField(
        name=name,
        label=humanise(name),
        type=kind,
        value="" if secret else value,
        required=required,
        autocomplete={"password": "new-password", "email": "email"}.get(kind, "name" if "name" in name else "on"),
        hint=schema.description or (f"At least {shortest} characters." if secret and shortest else ""),
        error=error,
        minlength=shortest,
    )
