"""Which events a question looks at: period, places, channels."""
