"""Words: what customers speak of, how they feel about it, and what rose."""
