"""Playwright, and nothing else: one Chromium, a fresh context a visit, every step bounded."""
