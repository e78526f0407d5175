"""Statuses: what the words of an order's status mean, as shipped and as a workspace edits it."""
