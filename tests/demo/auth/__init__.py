"""Signing in, line by line as clients rely on it."""
