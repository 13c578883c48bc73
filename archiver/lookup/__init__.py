"""Answers served from the catalog, read only: the stored copy, found by whatever is at hand."""

from archiver.lookup.find import find
from archiver.lookup.hit import Hit, HitKind, check_to_json, hit_to_json

__all__ = ["Hit", "HitKind", "check_to_json", "find", "hit_to_json"]
