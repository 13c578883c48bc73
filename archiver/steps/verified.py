"""What is verified, and what it comes to."""

from dataclasses import dataclass, field

from archiver.model.records import Mention, PostRef
from archiver.model.verdicts import Against, Compared, Verdict
from archiver.steps.kept_states import Kept
from archiver.steps.quoting import Quoting, post_key

__all__ = ["WRONG", "Asked", "JudgedBatch", "Quote", "Verified", "VerifyReport"]

#: What a reader would want to know of: the quote is not what the post says, by what is known.
WRONG = (Verdict.ALTERED, Verdict.MISATTRIBUTED, Verdict.MISDATED, Verdict.IMPOSSIBLE)


@dataclass(frozen=True, slots=True)
class Asked:
    """One state of an article, and of which posts (keys of resources) its quotes are verified; None: of all."""

    quoting: Quoting
    keys: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """One mention with the post that it is of; None: an orphan.

    `resolved`: the article has lost the permalink, and an accepted candidate names the post.
    """

    quoting: Quoting
    mention: Mention
    post: PostRef | None
    resolved: bool = False

    @property
    def key(self) -> str | None:
        """The key of the post's resource."""
        return post_key(self.post) if self.post else None


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of one quote, and what it was compared with. `is_news`: it is not what was written down last."""

    quote: Quote
    compared: Compared
    kept: Kept | None
    is_news: bool = False

    @property
    def quoting(self) -> Quoting:
        """The state of the article."""
        return self.quote.quoting

    @property
    def mention(self) -> Mention:
        """Where it stands there."""
        return self.quote.mention

    @property
    def post(self) -> PostRef | None:
        """What it is of."""
        return self.quote.post

    @property
    def against(self) -> Against | None:
        """What kind of thing it was compared with."""
        return self.kept.against if self.kept else None

    @property
    def is_wrong(self) -> bool:
        """Whether the quote is not what the post says, by what is known."""
        return self.compared.verdict in WRONG


@dataclass(frozen=True, slots=True)
class JudgedBatch:
    """What came of some states of articles. `unreadable` counts those that could not be read."""

    articles: int
    verified: list[Verified]
    unreadable: int = 0


@dataclass(slots=True)
class VerifyReport:
    """What a verification came to. `written` counts the new lines, `unreadable` the states that could not be read."""

    verdicts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    articles: int = 0
    written: int = 0
    unreadable: int = 0

    @property
    def mentions(self) -> int:
        """How many quotes were judged."""
        return sum(self.verdicts.values())

    @property
    def wrong(self) -> int:
        """How many of them are altered, misattributed, misdated or impossible."""
        return sum(self.verdicts[verdict] for verdict in WRONG)
