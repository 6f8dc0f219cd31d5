"""
What people wrote in a document, as plain text.

Descriptions are Markdown, often with HTML in it. Nothing of either is ever run; here its signs are taken off, so that a
sentence reads as one.
"""

import re

NAMES = (
    "a abbr b big blockquote body br center cite code col colgroup dd del details div dl dt em figure font footer form "
    "h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd li link main mark meta nav ol p pre q s samp "
    "script section small span strike strong style sub summary sup svg table tbody td tfoot th thead title tr tt u ul "
    "var video"
)
TAG = re.compile(
    rf"</?(?:{'|'.join(NAMES.split())})(?:[\s/][^<>]{{0,300}})?>|<!--.{{0,2000}}?-->", re.DOTALL | re.IGNORECASE
)
"""Not just anything in angles: `Bearer <token>` is meant as it stands."""
BREAK = re.compile(r"<(br|/p|/li|/h\d|/div|p)\b[^<>]*>", re.IGNORECASE)
LINK = re.compile(r"!?\[([^\[\]]{0,300})\](?:\([^()\s]{0,500}(?:\s+\"[^\"]*\")?\)|\[[^\[\]]{0,100}\])")
CODE = re.compile(r"```[\w-]*\n?|`+")
STRONG = re.compile(r"(\*\*\*|\*\*|__)(?=\S)(.{1,500}?)(?<=\S)\1")
EMPHASIS = re.compile(r"(?<![\w*\\])([*_])(?=[^\s*_])([^*_\n]{1,300}?)(?<=[^\s*_\\])\1(?![\w*])")
HEADING = re.compile(r"^ {0,3}#{1,6}\s+|\s+#+\s*$|^ {0,3}>\s?", re.MULTILINE)
RULE = re.compile(r"^ {0,3}([-=*_] ?){3,}$", re.MULTILINE)
ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>-])")
ENTITIES = {"&nbsp;": " ", "&amp;": "&", "&quot;": '"', "&#39;": "'", "&lt;": "<", "&gt;": ">"}
LONGEST = 20_000
"""Characters that are looked at; nobody reads more of a description."""


def plain(text: str) -> str:
    """The text without Markdown's and HTML's signs; paragraphs and lists keep their lines."""
    text = text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n")
    if not any(sign in text for sign in "<`*_[#&\\>=-"):
        return text.strip()
    text = TAG.sub("", BREAK.sub("\n", text))
    text = HEADING.sub("", RULE.sub("", LINK.sub(r"\1", text)))
    text = EMPHASIS.sub(r"\2", STRONG.sub(r"\2", CODE.sub("", text)))
    for entity, sign in ENTITIES.items():
        text = text.replace(entity, sign)
    return re.sub(r"\n{3,}", "\n\n", ESCAPED.sub(r"\1", text)).strip()


def first_paragraph(text: str) -> str:
    """What comes before the first blank line, as one line of plain text."""
    return " ".join(plain(text).split("\n\n")[0].split())
