"""Words that came in and that the catalog, the tree and the vocabulary do not know."""
