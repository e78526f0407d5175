"""Answers questions about the timeline: Ibis expressions over inbox and lake."""
