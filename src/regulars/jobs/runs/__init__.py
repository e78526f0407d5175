"""Runs of timed work: what runs, how far it is, how it ended; one at a time."""
