"""Findings: results computed ahead, so that a page reads them instead of computing."""
