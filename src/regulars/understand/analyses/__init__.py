"""Analyses: a question is declared once, and every face of it is derived from that."""
