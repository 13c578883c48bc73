"""Asking a timestamp authority (RFC 3161 §3.4: one POST), through the way out for what is told to others."""

from dataclasses import dataclass

from archiver.fetch.posted import Post

__all__ = ["StampAnswer", "ask_authority"]

_HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


@dataclass(frozen=True, slots=True)
class StampAnswer:
    """The bytes that came back, not checked in any way; None with a note in our own words where none did."""

    body: bytes | None
    note: str = ""


def ask_authority(url: str, query: bytes, *, post: Post) -> StampAnswer:
    """Send a TimeStampReq once. The address may hold a token, and is in no note."""
    posted = post(url, query, _HEADERS)
    return StampAnswer(posted.body) if posted.accepted else StampAnswer(None, posted.note)
