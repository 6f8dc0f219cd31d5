"""What may be written down of a call."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from webapp.client.problems import Problem

_SECRET_NAME = re.compile(
    r"pass(?:word|wd|phrase|code)?$|pwd|secret|token|jwt|api_?-?key|access_?key|credential|authori[sz]ation|cookie"
    r"|session|signature|(?:^|[_-])(?:sig|sid|otp|pin|code|key|auth|state|nonce|assertion|csrf)$",
    re.IGNORECASE,
)
_OPAQUE = re.compile(r"(?<=/)[\w.~-]{40,}(?=/|$)", re.ASCII)  # longer than a UUID: a token in the path
_LONGEST = 200
_HIDDEN = "***"


def is_secret_name(name: str) -> bool:
    """Whether a field, parameter or header of this name is likely to hold a secret."""
    return _SECRET_NAME.search(name) is not None


def loggable(target: str) -> str:
    """A request target without the values of secret-looking parameters and without tokens in its path."""
    path, mark, query = target.partition("?")
    path = _OPAQUE.sub(_HIDDEN, path)
    pairs = []
    for pair in query.split("&") if mark else ():
        name, equals, _ = pair.partition("=")
        pairs.append(f"{name}={_HIDDEN}" if equals and is_secret_name(name) else pair)
    shown = f"{path}?{'&'.join(pairs)}" if pairs else path
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "..."


def scrub(problem: Problem, submitted: Any) -> Problem:
    """The problem without the secrets that were submitted, should the API have echoed them."""
    secrets = sorted({secret for secret in _secrets(submitted) if len(secret) > 3}, key=len, reverse=True)
    if not secrets:
        return problem

    def hide(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, _HIDDEN)
        return text

    fields = {name: tuple(hide(message) for message in messages) for name, messages in problem.fields.items()}
    sentences = tuple(map(hide, problem.sentences))
    return Problem(hide(problem.detail), fields, problem.code, problem.locations, sentences)


def _secrets(submitted: Any, *, inside: bool = False, depth: int = 0) -> Iterable[str]:
    if depth > 8:
        return
    if isinstance(submitted, Mapping):
        for name, value in submitted.items():
            yield from _secrets(value, inside=inside or is_secret_name(str(name)), depth=depth + 1)
    elif isinstance(submitted, list | tuple):
        for value in submitted:
            yield from _secrets(value, inside=inside, depth=depth + 1)
    elif inside and isinstance(submitted, str):
        yield submitted
