"""Backups of a whole workspace, made while it is served, and put back."""
