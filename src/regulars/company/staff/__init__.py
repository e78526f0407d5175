"""Members of staff: their accounts, roles and places."""
