"""Bytes of an article in, mentions out. Pure: no network, never raises on bad markup."""
