"""A made-up company with planted truths, for the demo and for tests."""
