"""The organisation tree: regions, stores, teams and channels."""
