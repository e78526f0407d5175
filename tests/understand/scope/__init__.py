"""Tests of which events a question looks at."""
