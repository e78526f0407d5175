"""Nobodies: the list of values that name no customer, what of it is met, and its edits."""
