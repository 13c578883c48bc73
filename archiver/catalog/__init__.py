"""SQL: the index over the evidence, rebuilt from it at any time."""
