"""What it means: metrics, journeys, health."""
