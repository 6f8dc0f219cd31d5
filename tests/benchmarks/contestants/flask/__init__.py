"""The page with Flask and requests."""
