"""Lifetime value: how often each customer will buy, for how much, and how sure that is."""
