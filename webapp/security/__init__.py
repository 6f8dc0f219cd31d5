"""What protects browsers: no writes started by other sites, strict headers, compression only where it is safe."""

from webapp.security.compression import CompressionMiddleware
from webapp.security.crossorigin import SAFE_METHODS, CrossOriginMiddleware
from webapp.security.headers import SecurityHeadersMiddleware, sources

__all__ = [
    "SAFE_METHODS",
    "CompressionMiddleware",
    "CrossOriginMiddleware",
    "SecurityHeadersMiddleware",
    "sources",
]
