"""Numbers read from the catalog, read only."""
