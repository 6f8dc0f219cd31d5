"""A key as other people's programs write it: `{name: function}`, each of which gives what stands in its place."""

import html
import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote, unquote

KEY = "AbC+/dEf/123+xyz&Q=="


def lower_percents(text: str) -> str:
    return re.sub("%..", lambda found: found[0].lower(), quote(text, safe=""))


def code_points(form: str) -> Callable[[str], str]:
    return lambda text: "".join(form.format(ord(each)) for each in text)


def marks_only(form: str) -> Callable[[str], str]:
    return lambda text: "".join(each if each.isalnum() else form.format(ord(each)) for each in text)


WAYS: Mapping[str, Callable[[str], str]] = {
    "as it is": str,
    "PHP's JSON": lambda text: text.replace("/", "\\/"),
    ".NET's JSON": marks_only("\\u{:04X}"),
    ".NET's JSON in lower case": marks_only("\\u{:04x}"),
    "JSON, every character": code_points("\\u{:04x}"),
    "JSON within JSON": lambda text: json.dumps(text.replace("/", "\\/"))[1:-1],
    "JSON within JSON twice": lambda text: json.dumps(json.dumps(text.replace("/", "\\/"))[1:-1])[1:-1],
    "a URL": lambda text: quote(text, safe=""),
    "a path": quote,
    "a URL in lower case": lower_percents,
    "a URL, every character": code_points("%{:02x}"),
    "a URL within a URL": lambda text: quote(quote(text, safe=""), safe=""),
    "a URL in PHP's JSON": lambda text: quote(text).replace("/", "\\/"),
    "a page": html.escape,
    "a page, in numbers": code_points("&#{};"),
    "a page, in hexadecimal": marks_only("&#x{:x};"),
}


def plain(text: str) -> str:
    """A text with every escape undone, as often as there are any."""
    before = ""
    while text != before:
        before = text
        text = re.sub(r"\\+u([0-9A-Fa-f]{4})", lambda found: chr(int(found[1], 16)), text)
        text = re.sub(r"\\+(?=[^\w\\])", "", text)
        text = html.unescape(unquote(text)).replace("\0", "")
    return text
