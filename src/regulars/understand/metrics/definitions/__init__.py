"""One module for each metric; a new file here is a new metric everywhere."""
