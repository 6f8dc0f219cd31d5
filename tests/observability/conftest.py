"""What the tests of what an operator sees have in common."""

import logging
import warnings
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def put_back_loggers() -> Iterator[None]:
    """Leave the loggers of the process as they were."""
    names = ("", "webapp", "uvicorn", "uvicorn.error", "uvicorn.access")
    before = [(logger := logging.getLogger(name), logger.handlers[:], logger.level, logger.propagate) for name in names]
    show = warnings.showwarning
    yield
    for logger, handlers, level, propagate in before:
        logger.handlers[:], logger.level, logger.propagate = handlers, level, propagate
    logging.captureWarnings(False)
    warnings.showwarning = show
