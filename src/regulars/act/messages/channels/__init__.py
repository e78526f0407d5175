"""The ways by which messages leave: one module each, with a `CHANNEL`."""
