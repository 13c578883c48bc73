"""The article's own page among what is captured: when it is due, and what answers for it."""

from collections.abc import Sequence

from archiver.model.records import ArticleVersion
from archiver.model.states import ArtefactRole, ResourceKind
from archiver.platforms import resource_for
from archiver.steps.article import ArticleReading
from archiver.steps.capture import Wanted

__all__ = ["page_wanted", "was_rendered", "with_page"]

#: What a browser shows as a page; the rest (PDF, DOCX) it would only download.
_SHOWN = frozenset({"text/html", "text/plain", "text/markdown"})


def page_wanted(reading: ArticleReading) -> Wanted | None:
    """The capture of the article's own page, or None.

    None for what was not fetched from its own address just now (a file, a page out of a WARC
    file), for what no browser shows, for a post that was given as an article, and where the
    page was rendered already, to be read: that rendering stands in the version's folder.
    """
    version = reading.version
    if version is None or not reading.live or was_rendered(version):
        return None
    known = resource_for(version.resource.uri)
    if known is None or known.kind is ResourceKind.POST or version.media_type not in _SHOWN:
        return None
    return Wanted(version.resource, article=version)


def with_page(wanted: Sequence[Wanted], page: Wanted | None) -> tuple[Wanted, ...]:
    """`wanted` (posts before pages) with the article's page after the posts, which may vanish sooner.

    It comes before the links: being the longest, it would hold up the end. It answers for
    the links to the article itself.
    """
    if page is None:
        return tuple(wanted)
    others = [item for item in wanted if item.resource.key != page.resource.key]
    posts = [item for item in others if item.resource.platform is not None]
    return (*posts, page, *(item for item in others if item.resource.platform is None))


def was_rendered(version: ArticleVersion) -> bool:
    """Whether the folder of this state of an article has a screenshot of its own."""
    return any(artefact.role is ArtefactRole.SCREENSHOT for artefact in version.artefacts)
