"""Why a sign-in at somebody else's came to nothing, in a sentence for whoever tried and a status for the page."""

from collections.abc import Mapping
from types import MappingProxyType

from webapp.errors import WebappError
from webapp.record import record


@record(frozen=True, slots=True)
class Failure:
    """`sentence` has a place for what the provider is called."""

    status: int
    sentence: str


FAILURES: Mapping[str, Failure] = MappingProxyType(
    {
        "denied": Failure(403, "{name} did not let you in, or you chose not to sign in there."),
        "asks-more": Failure(401, "{name} wants you to sign in there first. Please try again."),
        "lost": Failure(400, "This sign-in took too long, was used before, or began in another browser. Try again."),
        "code": Failure(400, "{name} took its own answer for used or too old. Please sign in again."),
        "mixed-up": Failure(400, "The answer came from somebody else than {name}, so it was not used. Try again."),
        "down": Failure(503, "{name} can't be reached just now, so nobody can sign in there. Try again in a moment."),
        "clock": Failure(502, "The clock here and that of {name} tell different times, so nobody can sign in."),
        "token": Failure(502, "{name} did not prove who you are, so you are not signed in. Try again."),
        "setup": Failure(502, "{name} and this site aren't set up to work together; whoever runs it has to see to it."),
        "api-down": Failure(503, "The API can't let anybody in with {name} just now. Try again in a moment."),
        "refused": Failure(403, "The API did not accept your sign-in at {name}."),
    }
)
"""By the word that stands for each in an address."""


class SignInFailed(WebappError):
    """
    A sign-in that ends here. `why` is one of FAILURES.

    The message is for the log and holds nothing secret; `next` is where one wanted to go, as far as that is known.
    """

    def __init__(self, why: str, message: str = "", *, next: str = "") -> None:  # noqa: A002
        super().__init__(message or why)
        self.why = why
        self.next = next
