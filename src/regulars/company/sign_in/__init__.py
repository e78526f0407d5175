"""Signing in: passwords, sessions, one-time codes, and the brake on guessing."""
