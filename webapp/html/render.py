"""
Pages and parts of pages, from templates.

A page says `{% extends layout %}`. `layout` is `layout.html`, or `fragment.html` where htmx asks for a part that the
handler offers; that one is nothing but the page's block of that name, so imports, `set`, `super()` and blocks taken
over from another template all work as they do in the whole page.

Every template may use `shell` (html/context), `url(path)` and `asset(name)`, the filters and tests of
html/format.py, and `{% kept %}` (html/fragments.py).
"""

from collections.abc import Callable, Collection, Mapping, MutableMapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
)
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response

from webapp.html.assets import Assets, find_folder
from webapp.html.compiled import CompiledTemplates
from webapp.html.compiler import OWN, PageCodeGenerator, PageContext
from webapp.html.context import Shell
from webapp.html.format import TESTS, Clock, filters, is_blank, is_image_link
from webapp.html.fragments import FIND, KEEP, Fragments, KeptExtension
from webapp.html.htmx import VARY, is_htmx, is_partial, target_id
from webapp.html.preloading import RULES, SOURCE
from webapp.html.spans import SPAN_FILTERS, SPAN_TESTS
from webapp.html.tables import CellWriter
from webapp.html.tree import make_tree
from webapp.html.urls import href
from webapp.html.validators import validated

Names = str | Sequence[str]
"""A template's name, or candidates, the most specific first."""

MOST_LOADED = 400
MOST_CHOSEN = 1000
"""Pages of which it is kept which of their templates there is."""
LONGEST_NAMES = 500
"""Characters of the names of those."""
"""Templates that are kept at hand, as many as Jinja keeps."""
SCRIPTS = (SOURCE,)
"""What a policy has to allow for the scripts that stand in pages themselves."""
READING = {each: (tuple(names), attrgetter(*names)) for each, names in OWN.items() if len(names) > 1}
"""How the fields of our pages are read: all at once."""
MAPPINGS = (dict, MappingProxyType)


def render(
    request: Request,
    names: Names,
    page: Any,
    *,
    fragment: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """
    The answer to a request: a page, or its block `fragment` where htmx asked for a part.

    `page` is a dataclass whose fields are the template's variables, or a mapping. `headers` go before our own.
    """
    renderer: Renderer = request.state["renderer"]
    return renderer.render(request, names, page, fragment=fragment, status=status, headers=headers)


class PageEnvironment(Environment):
    """Jinja for JSON: in `{{ data.items }}` a key comes before a method of dict, and costs no exception."""

    code_generator_class: type[CodeGenerator] = PageCodeGenerator
    context_class: type[Context] = PageContext

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._loaded: dict[Any, Template] = {}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002
    ) -> Template:
        """The template of that name, without the locks of Jinja's own cache where it was loaded before."""
        if globals or self.auto_reload:
            return super().get_template(name, parent, globals)
        found = self._loaded.get(name)
        if found is None:
            found = super().get_template(name, parent)
            if len(self._loaded) < MOST_LOADED:
                self._loaded[name] = found
        return found

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What a template knows beside its variables; in a plain dict, as nearly all are given nothing of their own."""
        return super().make_globals(d) if d else dict(self.globals)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The item of a mapping or the attribute of anything else; the other one where that is missing."""
        if isinstance(obj, MAPPINGS):
            try:
                return obj[attribute]
            except KeyError:
                pass
        try:
            return getattr(obj, attribute)
        except AttributeError:
            pass
        try:
            return obj[attribute]
        except (TypeError, LookupError, AttributeError):
            return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`a["b"]` and what filters ask for by name, `selectattr("b")`; our dataclasses have no items to look for."""
        if type(obj) in OWN and isinstance(argument, str):
            return self.getattr(obj, argument)
        return super().getitem(obj, argument)


class Renderer:
    """
    Renders templates from `directories`, the first that has one, and from ours.

    Ours are always to be had as `default:pages/list.html`. `shell` makes what surrounds a page; `now` is the clock
    that relative times go by; `images` are hosts whose pictures are shown. In `debug`, templates are read again when
    they change, and a header names those tried.
    """

    def __init__(
        self,
        directories: Sequence[str | Path] = (),
        *,
        shell: Callable[[Request], Shell],
        assets: Assets,
        images: Collection[str] = (),
        debug: bool = False,
        now: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self.environment = PageEnvironment(
            loader=_loader(directories),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=debug,
            extensions=[KeptExtension],
            bytecode_cache=CompiledTemplates(find_folder("templates")),
        )
        is_image = partial(is_image_link, hosts=images)
        fragments = Fragments()
        ours: dict[str, Callable[..., Any]] = {
            "tree": make_tree,
            "zip": zip,
            "cells": CellWriter(is_image),
            FIND: fragments.find,
            KEEP: fragments.keep,
        }
        tests: dict[str, Callable[..., Any]] = {"image_link": is_image, "blank": is_blank}
        self.environment.filters.update({**filters(now), **SPAN_FILTERS, **ours})
        self.environment.tests.update({**TESTS, **SPAN_TESTS, **tests})
        self.environment.globals.update({"zip": zip, "preloading": Markup(RULES)})  # noqa: S704 - nobody's but ours
        self.shell = shell
        """Makes what surrounds a page; whoever needs only the navigation may ask too."""
        self._placed = lru_cache(maxsize=512)(lambda root, name, hue: _address(root, assets.path(name, hue=hue)))
        """Where an asset is below a mount point; they stay as they were when the process began."""
        self._debug = debug
        self._chosen: dict[tuple[str, ...], Template] = {}

    def render(
        self,
        request: Request,
        names: Names,
        page: Any,
        *,
        fragment: str | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """What the function of this name does."""
        candidates = (names,) if isinstance(names, str) else tuple(names)
        template = self._template(candidates)
        shell = self.shell(request)
        root = request.scope.get("root_path", "")
        part = fragment if is_partial(request) else None
        content = template.render(
            _variables(page),
            shell=shell,
            layout="fragment.html" if part else "layout.html",
            fragment=part,
            url=lambda path, params=(): href(request, path, params) if params else _address(root, path),
            asset=lambda name, hue=None: self._placed(root, name, hue),
        )
        answer = HTMLResponse(
            # Half of a surrogate pair is fine in JSON, but can't be sent.
            content.encode("utf-8", "replace"),
            status,
            {
                "Cache-Control": "no-store" if shell.user is not None else "private, no-cache",
                "Vary": VARY,
                **_orders(request, content, part, status),
                **({"X-Webapp-Templates": _tried(candidates, template)} if self._debug else {}),
            },
        )
        answer.headers.update(headers or {})
        return validated(request, answer)

    def _template(self, candidates: tuple[str, ...]) -> Template:
        template = self._chosen.get(candidates)
        if template is None:
            template = self.environment.select_template(candidates)
            is_short = sum(map(len, candidates)) <= LONGEST_NAMES
            if not self._debug and is_short and len(self._chosen) < MOST_CHOSEN:
                # Looking for those that aren't there costs a few calls of the system each time.
                self._chosen[candidates] = template
        return template


@lru_cache(maxsize=1024)
def _address(root: str, path: str) -> str:
    """A link without a query; templates have the same few on each page."""
    return href(HTTPConnection({"type": "http", "root_path": root}), path)


def _loader(directories: Sequence[str | Path]) -> BaseLoader:
    ours = find_folder("templates")
    return ChoiceLoader(
        [
            FileSystemLoader([*directories, ours]),
            PrefixLoader({"default": FileSystemLoader(ours)}, delimiter=":"),
        ]
    )


def _variables(page: Any) -> Mapping[str, Any]:
    if type(page) not in OWN and not is_dataclass(page):
        variables: Mapping[str, Any] = page
        return variables
    read = READING.get(type(page))
    if read is not None:
        return dict(zip(read[0], read[1](page), strict=True))
    return {field.name: getattr(page, field.name) for field in fields(page)}


def _orders(request: Request, content: str, part: str | None, status: int) -> dict[str, str]:
    """What htmx is told about an answer that doesn't belong where its question came from."""
    if not is_htmx(request):
        return {}
    orders = {"HX-Push-Url": "false"} if status >= 400 else {}
    if is_partial(request) and _is_whole_page(content):
        return {**orders, "HX-Retarget": "body", "HX-Reswap": "innerHTML show:top"}
    if status >= 400 and part and part != target_id(request):
        return {**orders, "HX-Retarget": "#main", "HX-Reswap": "innerHTML show:top"}
    return orders


def _is_whole_page(content: str) -> bool:
    return content[:64].lstrip()[:9].lower() == "<!doctype"


def _tried(candidates: tuple[str, ...], template: Template) -> str:
    missing = candidates[: candidates.index(str(template.name))]
    return ", ".join([*(f"{name}?" for name in missing), str(template.name)])
