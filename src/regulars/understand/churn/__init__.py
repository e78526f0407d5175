"""Churn: who is about to leave, how sure that is, why, and what could still be saved."""
