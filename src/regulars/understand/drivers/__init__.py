"""Key experiences: which touchpoints go with an outcome, how surely, and what they cost."""
