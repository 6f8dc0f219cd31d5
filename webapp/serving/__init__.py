"""Between the socket and the app: a strict, impatient HTTP protocol, and a server that finishes what it has begun."""

from webapp.serving.protocol import HTTPProtocol
from webapp.serving.server import EndingQuietly, Server
from webapp.serving.workers import Workers

__all__ = ["EndingQuietly", "HTTPProtocol", "Server", "Workers"]
