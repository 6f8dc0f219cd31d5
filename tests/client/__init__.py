"""Tests of the API's client."""
