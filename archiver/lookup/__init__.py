"""Answers served from the catalog, read only: the stored copy, found by whatever is at hand."""

from archiver.lookup.find import find, resources_meant
from archiver.lookup.history import History, histories, history_to_json
from archiver.lookup.hit import Hit, HitKind, check_to_json, hit_to_json

__all__ = [
    "History",
    "Hit",
    "HitKind",
    "check_to_json",
    "find",
    "histories",
    "history_to_json",
    "hit_to_json",
    "resources_meant",
]
