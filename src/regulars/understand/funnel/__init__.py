"""Where customers drop off on chosen steps."""
