"""What the answers of a faulty API try to smuggle into pages, and how to tell that they didn't."""

from webapp.html.preloading import RULES
from webapp.testing import Answer

MARKUP = '<b class="evil" hx-get="/evil">&lt;</b><script>evil()</script><hx-partial hx-target="body">evil</hx-partial>'
"""What is text wherever a page shows it."""
INTERNALS = "Traceback (most recent call last): connecting to db-7.internal.example:5432 as root"
"""What a failing server blurts out, which no page shows."""
SECRETS = ("db-7.internal", "Traceback (most", "token-of-ada", "sesame-open", "evil-cookie", "evil-server")
"""What no answer has, neither in its headers nor in its body."""
HEADERS = ("Set-Cookie: stolen=evil-cookie", "Server: evil-server", "X-Powered-By: evil-server", "HX-Redirect: /evil")
"""Headers of an API that are none of a browser's business."""
PAGE = f"<!doctype html><html><body hx-get='/evil'><h1>Welcome</h1>{MARKUP}</body></html>".encode()
"""What a proxy or a framework answers in place of data."""
ERROR_PAGE = PAGE.replace(b"Welcome", INTERNALS.encode())
"""The same when it fails."""


def smuggled(answer: Answer) -> list[str]:
    """What got through that shouldn't have."""
    headers = {name: value for name, value in answer.headers.items() if "evil" in value.lower()}
    found = [f"header {name}: {value}" for name, value in headers.items()]
    told = f"{answer.headers!r} {answer.text if answer.is_html else ''}"
    found += [f"secret {each}" for each in SECRETS if each in told]
    if not answer.is_html:
        return found
    for element in answer.page.walk():
        bad = [f"{name}={value}" for name, value in element.attributes.items() if _is_markup(name, value or "")]
        if bad or element.tag == "hx-partial" or (element.tag == "script" and _is_script(element.raw_text)):
            found.append(f"<{element.tag} {' '.join(bad)}>")
    return found


def _is_script(text: str) -> bool:
    """Whether a script has a text, other than our rules of what to ask for ahead."""
    return text.strip() not in ("", RULES)


def _is_markup(name: str, value: str) -> bool:
    """Whether an attribute came out of an answer as one, and isn't just a value of ours that holds a text."""
    return "evil" in value and (name in ("class", "href", "src", "action", "style") or "hx-" in name)
