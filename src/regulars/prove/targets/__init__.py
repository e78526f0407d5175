"""Targets: what is promised, by when, and what the data say about it."""
