"""The accounts one can sign in with."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Account:
    """A person of the demo with a password that everybody knows."""

    email: str
    password: str = field(repr=False)
    full_name: str
    role: str
    job_title: str
    is_active: bool = True
    is_locked: bool = False


ACCOUNTS = (
    Account("demo@example.com", "demo-pass-123", "Dana Reyes", "admin", "Head of engineering"),
    Account("member@example.com", "member-pass-123", "Milo Brandt", "member", "Backend engineer"),
    Account("viewer@example.com", "viewer-pass-123", "Vera Lindgren", "viewer", "Auditor"),
    Account("disabled@example.com", "disabled-pass-123", "Dario Conti", "member", "Contractor", is_active=False),
    Account("locked@example.com", "locked-pass-123", "Lotte Meyer", "member", "Support lead", is_locked=True),
)
