"""Reactions as those who look after them see them: what lags, what failed, and trying again."""
