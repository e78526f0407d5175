"""Lanes: work of one kind in a loop of its own, held by one process at a time."""
