"""Value groups: who is core, potential and base, why that changed, and the second cut."""
