"""A few thousand believable rows, the same for the same seed and day."""
