"""What one state of an article quotes: the side of a comparison that the article has written."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from archiver.model.clock import parse_at
from archiver.model.codec import from_json
from archiver.model.records import Article, Claim, Document, Extraction, Mention, PostRef
from archiver.model.states import MentionKind
from archiver.model.verdicts import Quoted
from archiver.platforms import identify
from archiver.store import Store

__all__ = ["Quoting", "mentioned_post", "post_key", "quoting_in", "quoting_of", "read_part"]

_NO_CLAIM = Claim()
#: What of a mention is not needed to judge it.
_UNREAD = {"fragment": None, "context": None}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
#: No place on Earth is further behind UTC.
_LAST_ZONE = timezone(timedelta(hours=-12))


@dataclass(frozen=True, slots=True)
class Quoting:
    """One state of an article with its mentions of posts, in reading order.

    `version_id` is None for a file that is not archived. `url` is where the article is, as it says
    itself, else as it was named. `published_at` is the latest instant at which this state can have been
    published: what it states of itself, or when it was fetched, whichever is earlier.
    """

    url: str
    mentions: tuple[Mention, ...]
    version_id: str | None = None
    published_at: datetime | None = None
    language: str | None = None

    def quoted(self, mention: Mention, post: PostRef | None) -> Quoted:
        """The claim of a mention, as it is compared with what is kept of `post` (None: an orphan)."""
        return Quoted(
            claim=mention.claim or _NO_CLAIM,
            platform=post.platform if post else mention.platform,
            post_id=post.post_id if post else None,
            published_at=self.published_at,
            lang=self.language,
        )


def read_part(store: Store, path: str, kind: str) -> dict[str, Any]:
    """The object in the `capture.json` of a folder, which must be the one that lies there and of this type.

    Its parts are read by whoever needs them: a whole record takes ten times as long. Raises ValueError.
    """
    try:
        with open(f"{store.root}/{path}/capture.json", "rb") as file:  # noqa: PTH123  # a fifth of the time of reading
            value = json.loads(file.read())
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    if not isinstance(value, dict) or value.get("type") != kind or value.get("id") != path.rpartition("/")[2]:
        raise ValueError(f"{path} does not hold the {kind} of its name")
    return value


def quoting_in(store: Store, path: str) -> Quoting:
    """What the stored state of an article quotes. Raises ValueError where it can't be read."""
    value = read_part(store, path, "article")
    try:
        cited = (one for one in value["mentions"] if one["kind"] != MentionKind.LINK.value)
        return _quoting(
            from_json(Article, value["article"]),
            (from_json(Mention, {**one, **_UNREAD}) for one in cited),
            fetched_at=parse_at(value["fetched_at"]),
            named=value["resource"]["uri"],
            version_id=value["id"],
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path}: its record has no {error}") from None


def quoting_of(extraction: Extraction, document: Document) -> Quoting:
    """What a document quotes that is not archived."""
    named = document.url or document.source
    return _quoting(extraction.article, extraction.mentions, fetched_at=document.fetched_at, named=named)


def mentioned_post(mention: Mention) -> PostRef | None:
    """The post that a mention names; None for an orphan."""
    if mention.platform and mention.post_id and mention.url:
        return PostRef(mention.platform, mention.post_id, mention.url)
    return identify(mention.url) if mention.url else None


def post_key(post: PostRef) -> str:
    """The key of a post's resource, as `platforms.post_resource` makes it."""
    return f"{post.platform}:{post.post_id}"


def _quoting(
    article: Article,
    mentions: Iterable[Mention],
    *,
    fetched_at: datetime | None,
    named: str,
    version_id: str | None = None,
) -> Quoting:
    instants = [at for at in (_latest(article.published_at), fetched_at) if at is not None]
    return Quoting(
        url=article.url or named,
        mentions=tuple(one for one in mentions if one.kind is not MentionKind.LINK),
        version_id=version_id,
        published_at=min(instants, default=None),
        language=article.language,
    )


def _latest(stated: str | None) -> datetime | None:
    """The latest instant that a stated time can mean: of a day its end, without a zone that of the last one."""
    try:
        at = datetime.fromisoformat(stated or "")
    except ValueError:
        return None
    if _DAY.fullmatch(stated or ""):
        at += timedelta(days=1)
    return (at if at.tzinfo else at.replace(tzinfo=_LAST_ZONE)).astimezone(UTC)
