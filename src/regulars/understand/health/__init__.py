"""The experience health index: one number over the performance of every touchpoint."""
