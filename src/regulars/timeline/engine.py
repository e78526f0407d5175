"""Answers questions about the timeline: Ibis expressions over inbox and lake."""

from __future__ import annotations
