"""Keys of machines: write keys of senders, API keys of programs."""
