"""Signing in at an OpenID provider, or wherever else an API's tokens come from. Needs `webapp[oidc]`."""

from webapp.oidc.beginning import Beginning
from webapp.oidc.endings import LogoutRefused, open_endings
from webapp.oidc.failures import FAILURES, SignInFailed
from webapp.oidc.flows import open_flows
from webapp.oidc.logout import end_session_url
from webapp.oidc.pending import Pending
from webapp.oidc.provider import Provider
from webapp.oidc.providers import Providers
from webapp.oidc.signin import Begun, Identity, SignedIn, begin, finish, why_not

__all__ = [
    "FAILURES",
    "Beginning",
    "Begun",
    "Identity",
    "LogoutRefused",
    "Pending",
    "Provider",
    "Providers",
    "SignInFailed",
    "SignedIn",
    "begin",
    "end_session_url",
    "finish",
    "open_endings",
    "open_flows",
    "why_not",
]
