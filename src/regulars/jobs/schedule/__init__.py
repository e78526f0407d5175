"""Schedule: the thread in which a server does its timed work."""
