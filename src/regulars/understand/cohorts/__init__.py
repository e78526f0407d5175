"""Cohorts: what customers who began in the same month do in the months after."""
