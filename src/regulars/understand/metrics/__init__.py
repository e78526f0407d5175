"""Metrics: one registry of definitions and one function that measures them."""
