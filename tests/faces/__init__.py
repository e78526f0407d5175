"""Tests of what every page, endpoint and command shares."""
