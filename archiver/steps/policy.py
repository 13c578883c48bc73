"""What a run that captures works with, and under which bounds."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archiver.browser import Browser
from archiver.catalog import Catalog
from archiver.model.clock import Clock
from archiver.model.sessions import Session
from archiver.steps.streams import Bounds
from archiver.store import Store
from archiver.tap import Lane, Tap

if TYPE_CHECKING:
    from archiver.fetch.client import Client

__all__ = ["ArchiveTools", "Policy", "Progress", "no_progress"]

#: Told of what is done, as a word and a thing.
Progress = Callable[[str, object], None]


def no_progress(_event: str, _thing: object) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What is captured, how often, and under which bounds (see `config.Settings`)."""

    posts_only: bool = False
    recapture: bool = False
    #: Whether the page of each article of the web is captured too, with its claims marked.
    article_page: bool = True
    fresh_complete_s: int = 7 * 86_400
    fresh_conclusive_s: int = 86_400
    captures_per_article: int = 1_000
    capture_budget_s: float = 45.0
    media_per_post: int = 8
    media_bounds: Bounds = field(default_factory=Bounds)
    page_height_px: int = 12_000
    pdf: bool = False
    #: How far from a cited post context is captured (0: not at all), and how many posts of it for one article.
    context_depth: int = 1
    context_per_article: int = 100
    jobs: int = 2
    keep_free_bytes: int = 200_000_000
    #: Whether what was withdrawn from here is not captured anew: in a pass that nobody attends.
    leave_withdrawn: bool = False
    #: With whose log-ins what meets a wall is captured once more.
    sessions: tuple[Session, ...] = ()
    #: Articles read of each feed, sitemap, list or WARC (None: see `fetch.walk`), and the column of a list.
    limit: int | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveTools:
    """What a run works with; `browser` is asked for only when something is to be rendered."""

    store: Store
    catalog: Catalog
    tap: Tap
    browser: Callable[[], Browser]
    client: Callable[[Lane], "Client"]
    executor: Executor
    clock: Clock
