"""The API's client: HTTP with credentials, renewal and a shared pool; it knows nothing of browsers, pages or HTML."""

from webapp.client.asgi import ASGIBackend
from webapp.client.client import APIClient
from webapp.client.context import RequestContext, request_context
from webapp.client.credentials import Credentials
from webapp.client.observer import ClientObserver
from webapp.client.pool import shared_transport
from webapp.client.refresh import RefreshEndpoint
from webapp.client.reply import Reply, StreamReply

__all__ = [
    "APIClient",
    "ASGIBackend",
    "ClientObserver",
    "Credentials",
    "RefreshEndpoint",
    "Reply",
    "RequestContext",
    "StreamReply",
    "request_context",
    "shared_transport",
]
