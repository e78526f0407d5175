"""Tests of predicted needs."""
