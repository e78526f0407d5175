"""The journey as the company means it: stages, touchpoints, and which events belong where."""
