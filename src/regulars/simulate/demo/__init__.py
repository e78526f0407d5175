"""Demo: a workspace that the made-up company fills, ready to be looked at."""
