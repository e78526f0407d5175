"""What comes in: intake, imports, identities, profiles, catalog."""
