"""One item: its values, its nested parts, and what lies under it."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from webapp.client import StreamReply
from webapp.html.context import DetailPage
from webapp.html.format import cut
from webapp.html.render import render
from webapp.openapi.listing import read_item
from webapp.openapi.routes import Routes
from webapp.openapi.site import Match, Resource
from webapp.pages.actions import item_actions
from webapp.pages.answers import answer_page
from webapp.pages.crumbs import crumbs
from webapp.pages.curl import curl_of
from webapp.pages.facts import facts_of, sections_of
from webapp.pages.filepage import file_page, look
from webapp.pages.links import Links
from webapp.pages.masking import masked
from webapp.pages.me import call
from webapp.pages.queries import for_api, read_query
from webapp.pages.raw import raw_json
from webapp.pages.references import names_for
from webapp.pages.rows import title_of
from webapp.pages.tabs import tabs_of


async def detail_page(request: Request, routes: Routes, match: Match) -> Response:
    """Show an item; an answer that is no object is shown as it is."""
    resource = match.resource
    assert resource is not None
    query = for_api(read_query(request), match.operation)

    reply = await look(request, match, query)

    if isinstance(reply, StreamReply):
        return await file_page(request, routes, match, reply)
    item = read_item(resource, reply.data)
    if not isinstance(item, Mapping):
        return answer_page(request, routes, match, reply)
    if match.operation == routes.site.accounts.me and request.state.session.kept:
        call(request.state.session, item)
    links = Links.of(request, routes, match)
    shown = masked(item, resource.item_schema)
    names = await names_for(request, routes, resource, [shown], nested=True)
    naming = _naming(resource, shown)
    title = _title(resource, match, shown, naming)
    link = partial(links.related, resource)
    actions = item_actions(request, routes, match, item)
    page = DetailPage(
        name=resource.name,
        title=title,
        crumbs=crumbs(request, routes, match, title),
        facts=tuple(
            fact
            for fact in facts_of(shown, resource.item_schema, link=link, named=names)
            # The heading has said it. Another field may hold the same, and says something else by it.
            if fact.key != naming or fact.value != title
        ),
        sections=sections_of(shown, resource.item_schema, name=resource.name, link=link, named=names),
        related=tabs_of(request, routes, match),
        raw=raw_json(reply.data, match.operation.answer),
        curl=curl_of(request, match, query),
        edit=actions.edit,
        delete=actions.delete,
        actions=actions.others,
    )
    return render(request, [f"{resource.name}/detail.html", "pages/detail.html"], page, fragment="facts")


def _naming(resource: Resource, item: Mapping[str, Any]) -> str | None:
    """The field that the item is called by; of a thing there is one of, none."""
    if resource.is_single:
        return None
    if resource.title_field and item.get(resource.title_field):
        return resource.title_field
    return next((key for key in ("name", "title", "label") if isinstance(item.get(key), str) and item[key]), None)


def _title(resource: Resource, match: Match, item: Mapping[str, Any], naming: str | None) -> str:
    """What the field that it is called by holds, else `Project 42`; of a thing there is one of, what it is."""
    if resource.is_single:
        return resource.label
    if naming is None:
        number = "".join(list(match.path_params.values())[-1:])
        return f"{resource.singular} {number}".strip()
    if naming == resource.title_field:
        return title_of(item, naming, resource.id_field, resource.singular)
    return cut(item[naming], 120)
