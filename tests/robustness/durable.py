"""The demo API as a program of its own, whose memory outlives it."""

import os

from fastapi import FastAPI

from webapp.demo.app import create_demo


def durable() -> FastAPI:
    """The API on the database that the environment names."""
    return create_demo(os.environ["DURABLE_DATABASE"], tries_per_minute=100_000)
