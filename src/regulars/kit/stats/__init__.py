"""Statistics: pure functions from counts and sums to estimates with intervals and tests."""
