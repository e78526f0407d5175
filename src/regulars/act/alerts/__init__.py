"""What changed and deserves a person, sent to its owner."""
