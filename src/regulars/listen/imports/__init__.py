"""Files of events brought in by recipe: read, checked, turned into events, loaded once."""
