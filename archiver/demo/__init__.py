"""The demo web: one loopback server that plays news sites and platforms under their real host names."""
