"""Journeys: what people went through, in which order, how long it took and how it felt."""
