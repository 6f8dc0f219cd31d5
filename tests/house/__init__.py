"""Tests that guard the house: how it is built, not what it does."""
