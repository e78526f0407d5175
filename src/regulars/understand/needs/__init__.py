"""Needs: what each customer will likely want next, and how often that was right."""
