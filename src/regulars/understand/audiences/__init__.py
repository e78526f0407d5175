"""Audiences: named groups of customers by a condition, their size, value, scores and changes."""
