"""The verbs that change the archive."""
