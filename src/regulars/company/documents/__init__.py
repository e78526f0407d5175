"""Documents that people edit: every version is kept, compared and restored."""
