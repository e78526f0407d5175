"""Tests of lifetime value."""
