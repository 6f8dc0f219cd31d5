"""What a document tells about signing in somewhere else: at an OpenID provider, or by the API's own OAuth buttons."""

from webapp.record import record


@record(frozen=True, slots=True)
class CodeFlow:
    """
    A scheme whose tokens somebody else issues, by OAuth 2's authorization code: all that it says about where.

    The URLs are the document's own, so they may be relative; `discovery` is that of OpenID Connect, or else empty.
    """

    discovery: str = ""
    authorization: str = ""
    token: str = ""
    scopes: tuple[str, ...] = ()
    alone: bool = True
    """Whether no other scheme takes a token that somebody could paste."""


@record(frozen=True, slots=True)
class OAuthButton:
    """A sign-in that the API itself carries out at a provider: its operation that sends there, and the one back."""

    name: str
    """Fit for a URL, unique in its site: `github`."""
    label: str
    """`GitHub`."""
    start: str
    """The path of the GET that redirects to the provider."""
    callback: str
    """The path of the GET that the provider sends the browser back to."""
