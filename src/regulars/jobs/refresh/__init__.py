"""Refresh: what keeps the stored findings young."""
