"""Contestants that are apps, for a server that's started by a command: `uvicorn --factory`."""

import os

from starlette.applications import Starlette

from tests.benchmarks.contestants import each


def create_each() -> Starlette:
    """A client for each session, on the API at $ORDERS_API."""
    return each.create(os.environ["ORDERS_API"])
