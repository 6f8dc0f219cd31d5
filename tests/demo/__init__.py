"""The embedded demo API."""
