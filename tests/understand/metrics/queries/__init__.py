"""Tests of the expressions of metrics."""
