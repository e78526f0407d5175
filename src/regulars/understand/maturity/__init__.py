"""Self-diagnosis: claims beside evidence, spending beside importance, and a handbook at the end."""
