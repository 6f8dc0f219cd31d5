"""Rendering: templates, formats, addresses, static files."""
