"""All questions that metrics ask of the timeline, as Ibis expressions."""
