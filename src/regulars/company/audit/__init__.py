"""Who did what, and when; nothing here is ever changed."""
