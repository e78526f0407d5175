"""Timed work; each job reads like the design."""
