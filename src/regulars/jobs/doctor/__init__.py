"""Looks a workspace over and says what to do."""
