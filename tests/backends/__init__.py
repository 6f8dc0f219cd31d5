"""The frontend on real backends, as they come from their makers."""
