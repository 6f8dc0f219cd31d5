"""What a browser takes: `Accept-Encoding`, as RFC 9110, 12.5.3 has it."""

import re
from collections.abc import Sequence

from webapp.codings.coding import Coding

_PART = re.compile(r"\s*([\w!#$%&'*+.^`|~-]+)\s*(?:;\s*[qQ]\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?", re.ASCII)
IDENTITY = "identity"
ALIASES = {"x-gzip": "gzip"}
MOST_KEPT = 64
"""How many values are remembered; browsers send a handful."""


class Chooser:
    """Finds the coding for an answer: of `offered`, which come in our order, what the browser likes best."""

    def __init__(self, offered: Sequence[Coding]) -> None:
        self._offered = tuple(offered)
        self._kept: dict[str, Coding | None] = {}

    def choose(self, accepted: str | None) -> Coding | None:
        """The coding for a value of `Accept-Encoding`; None for an answer as it is, which is always fine."""
        if not accepted:
            return None
        try:
            return self._kept[accepted]
        except KeyError:
            chosen = self._best(_weights(accepted))
            if len(self._kept) < MOST_KEPT:
                self._kept[accepted] = chosen
            return chosen

    def _best(self, weights: dict[str, float]) -> Coding | None:
        anything = weights.get("*", 0.0)
        best, weight = None, 0.0
        for coding in self._offered:
            if (own := weights.get(coding.name, anything)) > weight:
                best, weight = coding, own
        return best if weight >= weights.get(IDENTITY, 0.0) else None


def _weights(accepted: str) -> dict[str, float]:
    """What is named with the weight it has; what can't be read is as if it weren't there."""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        if match := _PART.fullmatch(part):
            weights[ALIASES.get(match[1], match[1])] = float(match[2] or 1)
    return weights
