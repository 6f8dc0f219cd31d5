"""The page with Django and requests."""
