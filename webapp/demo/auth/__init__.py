"""Signing in: passwords, access tokens, session families, and who is asking."""
