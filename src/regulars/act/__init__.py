"""What is done about it: who is told, and what leaves the house."""
