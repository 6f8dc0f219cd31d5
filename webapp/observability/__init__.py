"""What an operator sees: request ids, log lines, metrics and traces."""

from webapp.observability.kept import Observability
from webapp.observability.logs import configure_logging
from webapp.observability.metrics import Metrics
from webapp.observability.middleware import ObservabilityMiddleware
from webapp.observability.requests import current_request_id

__all__ = ["Metrics", "Observability", "ObservabilityMiddleware", "configure_logging", "current_request_id"]
