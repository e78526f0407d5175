"""The first page: how customers feel, what hurts, what changed, and whether targets are met."""
