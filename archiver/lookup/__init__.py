"""Answers served from the archive, read only."""
