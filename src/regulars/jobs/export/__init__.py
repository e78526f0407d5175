"""Export: a company's own data as files that other programs read."""
