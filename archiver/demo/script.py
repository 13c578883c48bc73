"""The script of the demo web: which posts exist, how each platform answers for them.

What is played is what is promised: the servers, the articles and the truth that tests
compare with are all made from these records, so that they cannot drift apart.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from archiver.demo.wire import Handler
from archiver.model.states import Availability, MentionKind

__all__ = ["Act", "ArticleTruth", "LinkTruth", "MentionTruth", "Post", "PostTruth", "Site", "Truth"]


class Act(StrEnum):
    """How a platform answers for one post."""

    LIVE = "live"
    SLOW = "slow"
    DELETED = "deleted"
    SUSPENDED = "suspended"
    ACCOUNT_GONE = "account_gone"
    PROTECTED = "protected"
    MODERATED = "moderated"
    AGE = "age"
    #: X's empty tombstone, and a 403 from oEmbed: there, but not for everyone to see.
    EMPTY_TOMBSTONE = "empty_tombstone"
    WITHHELD = "withheld"
    UNAVAILABLE = "unavailable"
    EMPTY = "empty"
    MISSING = "missing"
    #: Embedding was switched off by its owner; the post itself lives.
    NO_EMBED = "no_embed"
    LOGIN = "login"
    CHALLENGE = "challenge"
    RATE_LIMITED = "rate_limited"
    BROKEN = "broken"
    HANGING = "hanging"
    RESET = "reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One invented post. `key` is how articles name it; `text` holds raw t.co links.

    `picture` names a scene of `media`; `media_key` is X's key of it. `more` holds what
    only one platform knows (a subreddit, a DID).
    """

    key: str
    platform: str
    post_id: str
    url: str
    name: str
    handle: str
    at: datetime
    text: str
    act: Act = Act.LIVE
    availability: Availability = Availability.LIVE
    lang: str = "en"
    picture: str | None = None
    alt: str = ""
    media_key: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def served(self) -> bool:
        """Whether the platform shows the post itself, soon or late."""
        return self.act in (Act.LIVE, Act.SLOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostTruth:
    """What an archive must say of a post: complete only if the platform showed it.

    `text` is what the rendered page shows (None where no text ever leaves the platform).
    """

    platform: str
    post_id: str
    url: str
    availability: Availability
    complete: bool
    name: str
    handle: str
    text: str | None
    created_at: datetime
    pictures: int
    act: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionTruth:
    """One mention of an article, in reading order. Orphans and dangling links have no `url`.

    `text` is the claim of a post, or the anchor of a link.
    """

    kind: MentionKind
    platform: str | None = None
    post_id: str | None = None
    url: str | None = None
    text: str | None = None
    handle: str | None = None
    dangling: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleTruth:
    """One article: what it is, and every mention that its body makes."""

    url: str
    title: str
    byline: str | None
    published_at: str | None
    mentions: tuple[MentionTruth, ...]
    media_type: str = "text/html"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTruth:
    """An ordinary page that articles link to, and where it stands."""

    url: str
    availability: Availability
    complete: bool
    final_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Everything that is expected. Keys: article and link by URL, post by (platform, id).

    `failing` are article URLs that cannot be read, with the availability to observe.
    """

    articles: Mapping[str, ArticleTruth]
    posts: Mapping[tuple[str, str], PostTruth]
    links: Mapping[str, LinkTruth]
    failing: Mapping[str, Availability]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One platform of the demo: its hosts, its posts, and how articles carry them.

    `embed` gives the platform's own embed code; `amp` and `lazy` the variants that AMP
    pages and consent plug-ins make of it, where there are any. `shown_text` is what the
    no-login page shows of a post.
    """

    platform: str
    hosts: Mapping[str, Handler]
    posts: tuple[Post, ...]
    embed: Callable[[Post], str]
    amp: Callable[[Post], str] | None = None
    lazy: Callable[[Post], str] | None = None
    shown_text: Callable[[Post], str | None] = lambda post: post.text
