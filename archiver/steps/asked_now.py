"""What the web says of posts at this moment, for the comparison of a quote: their platforms, and other archives."""

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from archiver.model.fetched import Ask, Fetched
from archiver.model.records import PostRecord, PostRef
from archiver.model.verdicts import Against, PostState
from archiver.platforms import identify, platform_named, post_resource
from archiver.platforms.base import Answer
from archiver.steps.judged_post import judge_post
from archiver.steps.kept_states import Kept
from archiver.tap import Prober, Talk

__all__ = ["AskedNow"]

_LOG = logging.getLogger(__name__)
_COPY_BYTES = 4 << 20
#: URI-M: 14 digits, perhaps with how it is shown, then the address that was captured.
_URI_M = re.compile(r"(?P<place>.*?/)(?P<at>\d{14})(?:[a-z]{2}_)?/(?P<original>https?://.+)")


@dataclass(frozen=True, slots=True)
class AskedNow:
    """Asks through the one prober. What is not answered is missing, and nothing is concluded from that."""

    prober: Prober

    def records(self, posts: Iterable[PostRef]) -> dict[str, PostRecord]:
        """The records of those posts that their platforms show now, by the key of their resource."""
        resources = {resource.key: resource for resource in map(post_resource, posts)}
        talks = ((key, judge_post(resource, elsewhere=False)) for key, resource in resources.items())
        found: dict[str, PostRecord] = {}
        for ended in self.prober.run(talks):
            if ended.fault is not None:
                _LOG.error("asking for a record failed by a fault of this program", exc_info=ended.fault)
            elif ended.result is not None and ended.result.record is not None:
                found[ended.key] = ended.result.record
        return found

    def copies(self, copies: Mapping[str, tuple[PostRef, str]]) -> dict[str, tuple[Kept, ...]]:
        """What other archives' copies show of posts: key of the resource → post and URI-M, to what was read."""
        found: dict[str, tuple[Kept, ...]] = {}
        for ended in self.prober.run((key, _read(post, uri_m)) for key, (post, uri_m) in copies.items()):
            if ended.fault is not None:
                _LOG.error("reading an archived copy failed by a fault of this program", exc_info=ended.fault)
            elif ended.result is not None:
                found[ended.key] = (ended.result,)
        return found


def _read(post: PostRef, uri_m: str) -> Talk[Kept | None]:
    """The post as a copy shows it, byte for byte as it was captured; None where it shows nothing of this very post."""
    place = _URI_M.fullmatch(uri_m)
    if place is None:
        return None
    raw = f"{place['place']}{place['at']}id_/{place['original']}"
    fetched = yield Ask(raw, body_bytes=_COPY_BYTES)
    state = _state(post, place["original"], fetched)
    return Kept(state, Against.ARCHIVED, uri_m) if state else None


def _state(post: PostRef, original: str, fetched: Fetched) -> PostState | None:
    platform = platform_named(post.platform)
    final = _URI_M.fullmatch(fetched.final_url)
    there = identify(final["original"] if final else original)
    if platform is None or fetched.status != HTTPStatus.OK or fetched.failure is not None or there is None:
        return None
    if (there.platform, there.post_id) != (post.platform, post.post_id):
        return None
    answer = Answer(fetched.status, fetched.body, fetched.headers, original, fetched.media_type)
    told = platform.read_archived(post, answer)
    if told is None or not told.text:
        return None
    return PostState(
        text=told.text,
        names=(told.name,) if told.name else (),
        handles=(told.handle,) if told.handle else (),
        lang=told.lang,
    )
