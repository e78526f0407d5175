"""Files that well-known tools export: which of their headers is what, a file a tool."""
