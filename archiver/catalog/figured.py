"""What the questions of a report are answered with. Instants are the catalog's own sortable text, for speed."""

from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["Change", "Cited", "CitedArticle", "Copy", "Looked", "Subject"]


class Cited(NamedTuple):
    """One thing that articles cite, and where it stands; a tuple, because there may be a million.

    `versions` are the ids of the article versions that cite it, under its own address or one
    that leads to it. `first_live_at` is when it was first seen live. Of what counts as lost,
    `first_gone_at` is when it was first seen gone after it was last seen live, and `kept` whether there
    is a copy. `first_asked_at` is only there where no answer ever told anything.
    """

    id: int
    platform: str | None
    uri: str
    author: str | None
    state: str | None
    since_at: str | None
    seen_at: str | None
    checked_at: str | None
    last_live_at: str | None
    declared_at: str | None
    first_live_at: str | None
    first_gone_at: str | None
    first_asked_at: str | None
    kept: int | None
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CitedArticle:
    """An article by its latest version, or what stands for one whose versions all went."""

    id: int
    key: str
    url: str
    title: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """That something cited was declared gone, or came back (`returned`)."""

    resource_id: int
    platform: str | None
    at: str
    returned: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """How many observations there were on one day (UTC), and how many of them said anything of the resource."""

    day: str
    total: int
    conclusive: int


@dataclass(frozen=True, slots=True)
class Copy:
    """The best stored copy of a resource. `path` and `screenshot` are relative to `snapshots/`.

    `manifest` is the digest of its `manifest-sha256.txt`, and `leaf` the number of the log's entry that holds it.
    """

    id: str
    path: str
    captured_at: str
    outcome: str
    manifest: str | None
    leaf: int | None
    screenshot: str | None


@dataclass(frozen=True, slots=True)
class Subject:
    """What is shown of one resource: its names, its words, our copy, the ids of the articles that cite it.

    `withdrawn_at` and `withdrawn_why` say what became of a copy that there was, where there is none.
    """

    id: int
    key: str
    uri: str
    platform: str | None
    post_id: str | None
    name: str | None
    handle: str | None
    text: str | None
    anchor: str | None
    articles: tuple[int, ...]
    copy: Copy | None
    withdrawn_at: str | None
    withdrawn_why: str | None
