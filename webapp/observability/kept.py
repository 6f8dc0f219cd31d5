"""What the settings want to be kept about one app."""

from webapp.client import ClientObserver
from webapp.observability.metrics import Metrics
from webapp.observability.observers import one_of
from webapp.observability.tracing import Tracing
from webapp.settings import Settings


class Observability:
    """
    The metrics and traces of one app, each None where it isn't wanted.

    Raises SettingsError where what they need isn't installed.
    """

    def __init__(self, settings: Settings) -> None:
        self.metrics = Metrics(token=settings.metrics_token) if settings.metrics else None
        self.tracing = Tracing() if settings.tracing else None
        self.client: ClientObserver | None = one_of([each for each in (self.metrics, self.tracing) if each is not None])
