"""
What "you are not signed in" looks like where it isn't a 401.

APIs say it with a 403, a 422 about a token, a redirect to a login page, a page with a password field, or a null that is
nobody. Most of these also mean something else, so `may_mean_signed_out` only says that it is worth finding out, and
`says_signed_out` that the answer leaves little else to think. Neither ends a session by itself.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx

from webapp.client.problems import read_problem
from webapp.client.reply import media_type

EXPIRED = (419, 440, 498)
"""Statuses that frameworks made up for it: Laravel's, IIS's and Esri's."""
ABOUT_THE_INPUT = (400, 406, 422)

_SAID = r"""
    \b(?:un|not[ _-])(?:authenticated|logged[ _-]?in|signed[ _-]?in)\b
    | \bauthentication[ _-](?:credentials[ ]were[ ]not|(?:is[ ])?required|failed|error|token[ ]is[ ]missing)
    | \b(?:must|need[ ]to|have[ ]to|please)[ ](?:be[ ])?(?:log(?:ged)?[ -]?in|sign(?:ed)?[ -]?in|authenticate)
    | \b(?:log[ -]?in|sign[ -]?in)[ _](?:is[ ])?required\b
    | \bcould[ ]not[ ]validate[ ](?:the[ ]|user[ ])?(?:credentials|token)
    | \binvalid[ _](?:user[ ]|authentication[ ]|auth[ ])?credentials?\b
    | \b(?:session|token|jwt|signature)[ _](?:has[ ]|is[ ])?(?:timed[ ]out|expired|revoked|malformed)\b
    | \b(?:expired|malformed|invalid|bad|missing|no)[ _](?:or[ _](?:expired|invalid|missing)[ _])?
      (?:access|auth|authentication|authori[sz]ation|bearer|json[ ]web|jwt|session|id)?[ _]?
      (?:token|jwt|session|authori[sz]ation(?:[ ]header)?|bearer)\b
    | \btoken[ _](?:is[ ])?(?:not[ _]valid|invalid|missing|required|is[ ]missing)
    | \bnot[ ]enough[ ]segments | \bsignature[ ]verification[ ]failed
    | \binvalid[ ](?:header|payload|crypto)[ ](?:string|padding)
    | \bmissing[ _](?:the[ ])?authori[sz]ation\b
    | \b(?:invalid|missing|unknown|wrong)[ _](?:api[ _-]?)?key\b
    """
_ABOUT_SOMETHING_ELSE = re.compile(
    r"csrf|xsrf|captcha|forgery|permission|privilege|insufficient|scope|\brole|allowed|forbidden[ ]by|invit|reset"
    r"|verif(?!ication failed)|confirm|activation|upload|page[ _-]?token|continuation|device|push|\bfcm\b|webhook"
    r"|registration",
    re.IGNORECASE,
)
_CREDENTIAL = re.compile(
    r"(?:x[-_])?(?:authori[sz]ation|access[-_]?token|auth[-_]?token|token|api[-_]?key|session(?:[-_]?id)?|jwt|sid)",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"/(?:log[-_]?in|sign[-_]?in|log[-_]?on|sso|authenticate|oauth2?/(?:v[\d.]+/)?auth(?:orize)?|openid-connect/auth|saml2?)(?:[/.;]|$)",
    re.IGNORECASE,
)
_FLOW = re.compile(r"(?:^|&)(?:response_type=|samlrequest=|returnurl=|login_challenge=)", re.IGNORECASE)
_PASSWORD_FIELD = re.compile(rb"<input\b[^>]{0,400}\btype\s*=\s*[\"']?password\b", re.IGNORECASE)
_CODES = ("code", "error", "error_code", "errorCode", "type", "reason", "status")
_NOBODY = frozenset(("authenticated", "is_authenticated", "isauthenticated", "logged_in", "loggedin", "signed_in"))


def may_mean_signed_out(response: httpx.Response, data: Any, text: str, content: bytes) -> bool:
    """Whether an answer other than a 401 is one that those get, too, who aren't signed in."""
    status = response.status_code
    if status == 403 or status in EXPIRED:
        return True
    if status in ABOUT_THE_INPUT:
        return says_signed_out(response, data, text, content)
    return is_login_page(response, content) or (300 <= status < 400 and leads_to_login(response))


def says_signed_out(response: httpx.Response, data: Any, text: str, content: bytes) -> bool:
    """Whether an answer says in so many words that the caller isn't known, and nothing about what they may do."""
    status = response.status_code
    if status < 400:
        return may_mean_signed_out(response, data, text, content)
    if status in ABOUT_THE_INPUT and _is_about_credentials(status, data, text):
        return True
    said = list(_words(status, data, text))
    return any(map(_said().search, said)) and not any(map(_ABOUT_SOMETHING_ELSE.search, said))


@cache
def _said() -> re.Pattern[str]:
    """Compiled once an API refuses something: nothing else takes as long, and no start needs it."""
    return re.compile(_SAID, re.IGNORECASE | re.VERBOSE)


def leads_to_login(response: httpx.Response) -> bool:
    """Whether a redirect goes to a page to sign in on, here or elsewhere, rather than on to what was asked for."""
    try:
        here = str(response.request.url.raw_path, "ascii").partition("?")[0]
        there = urlsplit(response.headers.get("location", ""))
    except ValueError:
        return False
    if _LOGIN.search(here):
        return False
    return bool(_LOGIN.search("/" + there.path.lstrip("/")) or _FLOW.search(there.query))


def is_login_page(response: httpx.Response, content: bytes) -> bool:
    """Whether a page to sign in on came in place of what was asked for."""
    if response.status_code != 200 or media_type(response.headers) != "text/html":
        return False
    here = str(response.request.url.raw_path, "ascii", "replace").partition("?")[0]
    return _PASSWORD_FIELD.search(content[:65536]) is not None and not _LOGIN.search(here)


def is_somebody(data: Any) -> bool:
    """Whether a who-am-I's answer is about anybody: null, nothing and `{"user": null}` aren't."""
    if not isinstance(data, Mapping) or not data:
        return isinstance(data, Mapping | list | str) and bool(data)
    if any(data.get(name) is False for name in data if str(name).replace("-", "_").lower() in _NOBODY):
        return False
    wrapped = [data[name] for name in ("user", "data", "result", "session", "me") if name in data]
    return all(each is not None for each in wrapped) or any(
        isinstance(data.get(name), str) and data[name] for name in ("id", "email", "username", "name", "sub")
    )


def essence(response: httpx.Response, data: Any, text: str) -> tuple[object, ...]:
    """What an answer says, less what differs each time: two with the same essence treat their callers alike."""
    if response.status_code < 400:
        return (response.status_code, urlsplit(response.headers.get("location", "")).path)
    problem = read_problem(response.status_code, data, text)
    return (response.status_code, problem.detail, problem.code, tuple(problem.sentences))


def _is_about_credentials(status: int, data: Any, text: str) -> bool:
    """Whether the input that is complained about is a header or a cookie that says who calls."""
    problem = read_problem(status, data, text)
    return any(
        problem.locations.get(name) in ("header", "cookie") and _CREDENTIAL.fullmatch(name) for name in problem.fields
    )


def _words(status: int, data: Any, text: str) -> Iterator[str]:
    problem = read_problem(status, data, text)
    yield problem.detail[:500]
    yield from (each[:500] for each in problem.sentences[:5])
    yield from _codes(data, 0)
    if not isinstance(data, Mapping | list):
        yield text[:500]


def _codes(data: Any, depth: int) -> Iterator[str]:
    """The codes in an answer, as words: `TOKEN_EXPIRED`, `authentication_required`."""
    if depth > 4:
        return
    if isinstance(data, list):
        for each in data[:5]:
            yield from _codes(each, depth + 1)
    elif isinstance(data, Mapping):
        for name in _CODES:
            if isinstance(value := data.get(name), str):
                yield value[:200]
        for name in ("error", "errors", "detail", "extensions", "reason"):
            yield from _codes(data.get(name), depth + 1) if not isinstance(data.get(name), str) else ()
