"""The outbox: one for all that leaves, each message sent once or listed as uncertain."""
