"""Events that senders post over HTTP, compatible with the Segment tracking API."""
