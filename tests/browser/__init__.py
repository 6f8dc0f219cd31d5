"""The frontend in a real Chromium, on the demo API."""
