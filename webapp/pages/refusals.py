"""Why an operation was not done, and what one can do about it, in words for the person at the form."""

from collections.abc import Mapping

from webapp.errors import (
    APIError,
    BadGateway,
    Conflict,
    Forbidden,
    NotFound,
    PreconditionFailed,
    RateLimited,
    TooLarge,
    Unavailable,
    Unsupported,
)

NOT_SENT = "Nothing was done. What you typed is still here; try again {}."
UNSURE = "It may or may not have been done: look before you try again, for it was sent once."

OTHER_WAY = "Choose another way to send it."
ADVICE: Mapping[type[APIError], str] = {
    Conflict: "This contradicts what is there now. Look at that, or change what you typed.",
    PreconditionFailed: "It was changed since you opened it, and nothing was overwritten. Look at it as it is now.",
    Forbidden: "Someone with more rights may have to do it, or give them to you.",
    NotFound: "What this is about may have been deleted or moved.",
    TooLarge: "Send less of it, or a smaller file.",
}


def advice_for(error: APIError, *, reads: bool = False, choice: bool = False, typed: bool = True) -> str:
    """
    What a refusal means.

    `reads` says that the operation changes nothing, `choice` that the body could be sent as something else, `typed`
    that there was something to be filled in.
    """
    match error:
        case PreconditionFailed() if error.api_status == 428:
            return "The API wants to know which version this is about. Open the thing itself and do it from there."
        case Conflict() if error.api_status == 423:
            return "Someone or something holds it. Try again when it is free."
        case Conflict() if not typed:
            return "This contradicts what is there now. Look at that first."
        case Unsupported():
            return OTHER_WAY if choice else "The API's document promises what the API doesn't take."
        case RateLimited():
            return _wait(error)
        case BadGateway() | Unavailable():
            return _after_failure(error, reads=reads)
    return ADVICE.get(type(error), "")


def fate_of(error: APIError) -> str:
    """Whether it was done, where that is what one wonders about, and when to try again."""
    match error:
        case RateLimited():
            return _wait(error)
        case BadGateway() | Unavailable():
            return f"Nothing was done. Try again {when(error)}." if is_undone(error) else UNSURE
    return ""


def is_undone(error: APIError) -> bool:
    """Whether nothing was done for certain: the API wasn't asked, or had no time for it."""
    return isinstance(error, RateLimited) or error.api_status == 503 or not error.sent


def when(error: APIError) -> str:
    """When to try again: `in 7 seconds`, as the API says, or `in a moment`."""
    if not error.retry_after:
        return "in a moment"
    whole = max(1, round(error.retry_after))
    return f"in {whole} second{'s' if whole > 1 else ''}" if whole < 120 else f"in {round(whole / 60)} minutes"


def _wait(error: RateLimited) -> str:
    if not error.retry_after:
        return "Nothing was done. Wait a little before you try again."
    return f"Nothing was done. Try again {when(error)}."


def _after_failure(error: APIError, *, reads: bool) -> str:
    if reads:
        return f"Try again {when(error)}."
    return NOT_SENT.format(when(error)) if is_undone(error) else UNSURE
