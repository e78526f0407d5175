"""Ten dimensions of experience side by side, against a target, a period, a place or a benchmark."""
