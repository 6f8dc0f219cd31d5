"""Pages around signing in."""

from webapp.html.context.facts import Fact
from webapp.html.context.shell import Link
from webapp.record import record


@record(frozen=True, slots=True)
class RegisterField:
    """One field of the registration form, or a secret to sign in with."""

    name: str
    label: str
    type: str
    value: str
    required: bool
    autocomplete: str
    hint: str = ""
    error: str = ""
    minlength: int | None = None


@record(frozen=True, slots=True)
class LoginPage:
    """`pages/login.html`: the way in."""

    action: str
    next: str
    username: str
    """What was typed; a password never comes back."""
    username_label: str
    username_type: str
    """`email` or `text`."""
    error: str
    notice: str
    """Why one is here: the session ended, one has signed out."""
    register_href: str | None
    way: str = "password"
    """The name of the way to sign in that this is."""
    asks_password: bool = True
    """Whether it takes a name and a password."""
    secrets: tuple[RegisterField, ...] = ()
    """What is pasted instead, or besides: a token, keys."""
    others: tuple[Link, ...] = ()
    """The other ways."""
    providers: tuple[Link, ...] = ()
    """Where one signs in elsewhere: buttons."""
    asks: bool = True
    """Whether there is anything to fill in."""
    lacking: str = ""
    """What would have to be set up for a way that the document tells of."""
    heading: str = "Sign in"
    scheme: str = ""
    """What it is for, where it adds to a session; empty for a sign-in of its own."""


@record(frozen=True, slots=True)
class LeavingPage:
    """`pages/leaving.html`: signed out here, and about to be at the provider."""

    name: str
    """What the provider is called."""
    href: str
    """Where it goes on."""


@record(frozen=True, slots=True)
class RegisterPage:
    """`pages/register.html`: a new account."""

    action: str
    next: str
    fields: tuple[RegisterField, ...]
    error: str
    login_href: str


@record(frozen=True, slots=True)
class Device:
    """One of the account's sessions at the API."""

    id: str
    name: str
    """The browser, as the API knows it."""
    address: str
    current: bool
    facts: tuple[Fact, ...]
    end_action: str | None


@record(frozen=True, slots=True)
class HeldCredential:
    """One of the things that a session is signed in with."""

    scheme: str
    """The security scheme that it was added for; empty for what the session began with."""
    label: str
    drop_action: str | None


@record(frozen=True, slots=True)
class BrowserSession:
    """One browser that the person is signed in with here."""

    browser: str
    """In words: `Firefox on Linux`."""
    address: str
    began: str
    """When they signed in, and when they last used it."""
    used: str
    current: bool
    end_action: str | None
    """None for this very one."""


@record(frozen=True, slots=True)
class AccountPage:
    """`pages/account.html`: who am I, and where am I signed in. Fragment: `devices`."""

    title: str
    facts: tuple[Fact, ...]
    devices: tuple[Device, ...] | None
    """None where the API doesn't tell."""
    end_others_action: str | None
    notice: str
    credentials: tuple[HeldCredential, ...] = ()
    """What one is signed in with."""
    sessions: tuple[BrowserSession, ...] = ()
    """The person's sessions here, this one first; `devices` are the API's own."""
    end_other_sessions_action: str = ""
    end_all_sessions_action: str = ""
    actions: tuple[Link, ...] = ()
    """What can be done to the account itself."""
