"""Under which addresses archives of the web keep X's posts, and which ids a stretch of time has."""

from datetime import datetime

from archiver.model.records import PostRef
from archiver.platforms._spans import snowflake_span
from archiver.platforms.base import IdSpan

__all__ = ["EPOCH_MS", "FIRST_SNOWFLAKE", "archived_as", "author_places", "ids_between", "other_places"]

#: Ids below this were handed out one by one and tell no time (2010-11-04).
FIRST_SNOWFLAKE = 29_700_859_247
EPOCH_MS = 1_288_834_974_657
_HOSTS = ("twitter.com", "x.com", "mobile.twitter.com")
#: From so many digits on hardly any id is the beginning of another.
_LONG_ID = 15


def archived_as(post: PostRef) -> tuple[str, ...]:
    """With the author's name, as browsers show it, under the old domain first; then the forms without.

    Ids of the first years are short, and many others begin with them.
    """
    tail = f"{post.post_id}*" if len(post.post_id) >= _LONG_ID else post.post_id
    hosts = _HOSTS if post.handle else ()
    places = (*(f"{host}/{post.handle}" for host in hosts), "twitter.com/i/web", "x.com/i")
    return tuple(f"https://{place}/status/{tail}" for place in places)


def author_places(handle: str) -> tuple[str, ...]:
    """Behind each of these an id follows, and perhaps more (`?s=20`, `/photo/1`)."""
    return tuple(f"https://{host}/{handle}/status/" for host in _HOSTS)


def other_places(handle: str) -> tuple[str, ...]:
    """What embeds and front ends asked for. Of oEmbed only addresses whose first parameter is `url` are found so."""
    return (
        f"https://publish.twitter.com/oembed?url=https://twitter.com/{handle}/status/",
        "https://cdn.syndication.twimg.com/tweet-result?id=",
        f"https://nitter.net/{handle}/status/",
        f"https://twitter.com/{handle}/statuses/",
    )


def ids_between(begin: datetime, end: datetime) -> IdSpan | None:
    """None for times before ids told theirs."""
    span = snowflake_span(begin, end, shift=22, epoch_ms=EPOCH_MS)
    return span if span and int(span.first) >= FIRST_SNOWFLAKE else None
