"""The page as everyone writes it."""
