"""Who may do what, and for which places."""
