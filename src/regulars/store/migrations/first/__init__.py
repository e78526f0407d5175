"""The first tables, floor by floor, as they were when frozen."""
