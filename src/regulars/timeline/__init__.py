"""The one idea: events of customers and of ours, in one append-only order."""
