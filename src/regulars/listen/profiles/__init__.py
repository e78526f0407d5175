"""What we know of a person besides the timeline, each value with its source and date."""
