"""Mutation testing: whether the tests notice when the code that keeps sessions safe is wrong. Run by `make mutants`."""
