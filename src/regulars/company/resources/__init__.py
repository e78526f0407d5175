"""Pages, API and commands of every declared resource."""
