"""Forms and lists, declared once: page, API and command are derived from the declaration."""
