"""The articles of the demo web: templates with holes for posts and links, and what they mention.

A hole is `{{verb what|words}}`. Filling it gives the markup *and* the mention that an
extractor must find there, so that page and truth cannot disagree:

    {{embed x/lanterns}}    the platform's own embed code     {{link URL|words}}    an ordinary link
    {{amp x/lanterns}}      its AMP element                   {{post x/storm|words}} a link to a post
    {{lazy x/lanterns}}     what a consent plug-in leaves     {{dangle words}}      a link without target
    {{flat x/storm}}        text and attribution only, the date's link emptied
    {{kept x/storm}}        the same with the permalink kept
    {{text x/storm}}        the same as plain text
    {{hostile}}             a list of links to every hostile page
    {{bench}}               the embed codes of `count` generated posts
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files

from archiver.demo import hostile
from archiver.demo.assets import escape, paragraphs
from archiver.demo.platforms import SITES
from archiver.demo.platforms.common import day
from archiver.demo.platforms.x_posts import bench_post
from archiver.demo.script import ArticleTruth, MentionTruth, Post, Site
from archiver.model.states import MentionKind

__all__ = ["ArticleScript", "Rendered", "mention_of", "post_named", "render"]

_HOLE = re.compile(r"\{\{(\w+)(?: ([^}|]+))?(?:\|([^}]*))?\}\}")
_SITES: Mapping[str, Site] = {site.platform: site for site in SITES}
_POSTS: Mapping[str, Post] = {post.key: post for site in SITES for post in site.posts}
#: Platforms whose embed code carries words of the post.
_SPEAKING = frozenset({"x", "bluesky", "facebook", "tiktok", "reddit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleScript:
    """One article: where it lies, its template below `articles/`, and its head."""

    url: str
    template: str
    title: str
    byline: str | None
    published_at: str | None
    media_type: str = "text/html; charset=utf-8"
    count: int = 0


@dataclass(frozen=True, slots=True)
class Rendered:
    """An article as served, and the truth about it."""

    body: bytes
    truth: ArticleTruth


def post_named(key: str) -> Post:
    """The post that articles call `key` (KeyError: a slip of a template)."""
    return _POSTS[key]


def mention_of(post: Post, kind: MentionKind = MentionKind.EMBED) -> MentionTruth:
    """The mention that the platform's own markup of `post` makes."""
    speaks = kind is MentionKind.EMBED and post.platform in _SPEAKING
    return MentionTruth(
        kind=kind,
        platform=post.platform,
        post_id=post.post_id,
        url=post.url,
        text=post.text if speaks else None,
        handle=post.handle if post.platform == "x" and speaks else None,
    )


def render(article: ArticleScript) -> Rendered:
    """The article with every hole filled."""
    writer = _Writer(article)
    template = (files("archiver.demo") / "articles" / article.template).read_text(encoding="utf-8")
    body = _HOLE.sub(writer.fill, template)
    truth = ArticleTruth(
        url=article.url,
        title=article.title,
        byline=article.byline,
        published_at=article.published_at,
        mentions=tuple(writer.mentions),
        media_type=article.media_type.split(";")[0],
    )
    return Rendered(body.encode(), truth)


class _Writer:
    """Fills holes in reading order, and notes what each one mentions."""

    def __init__(self, article: ArticleScript) -> None:
        self._article = article
        self._html = article.media_type.startswith("text/html")
        self._markdown = article.media_type.startswith("text/markdown")
        self.mentions: list[MentionTruth] = []
        self._verbs: Mapping[str, Callable[[str, str], str]] = {
            "embed": self._embed,
            "amp": self._amp,
            "lazy": self._lazy,
            "flat": self._flat,
            "kept": self._kept,
            "text": self._text,
            "post": self._post,
            "link": self._link,
            "dangle": self._dangle,
            "hostile": self._hostile,
            "bench": self._bench,
        }

    def fill(self, hole: re.Match[str]) -> str:
        verb, what, words = hole.group(1), hole.group(2) or "", hole.group(3) or ""
        if verb in self._verbs:
            return self._verbs[verb](what, words)
        value = getattr(self._article, verb) or ""
        return escape(value) if self._html else value

    def _embed(self, key: str, _words: str) -> str:
        post = post_named(key)
        self.mentions.append(mention_of(post))
        return _SITES[post.platform].embed(post)

    def _amp(self, key: str, _words: str) -> str:
        return self._variant(key, _SITES[post_named(key).platform].amp)

    def _lazy(self, key: str, _words: str) -> str:
        return self._variant(key, _SITES[post_named(key).platform].lazy)

    def _variant(self, key: str, make: Callable[[Post], str] | None) -> str:
        if make is None:
            raise KeyError(f"{key} has no such variant")
        post = post_named(key)
        self.mentions.append(
            MentionTruth(kind=MentionKind.EMBED, platform=post.platform, post_id=post.post_id, url=post.url)
        )
        return make(post)

    def _flat(self, key: str, _words: str) -> str:
        post = post_named(key)
        host = "t.co" if self._html else "pic.twitter.com"
        self.mentions += [_flattened(post, known=False, emptied=True), *_media_link(post, host)]
        return _flat_html(post, "#") if self._html else _flat_markdown(post)

    def _kept(self, key: str, _words: str) -> str:
        post = post_named(key)
        self.mentions += [_flattened(post, known=True), *_media_link(post, "t.co")]
        return _flat_html(post, f"https://twitter.com/{post.handle}/status/{post.post_id}")

    def _text(self, key: str, _words: str) -> str:
        post = post_named(key)
        self.mentions.append(_flattened(post, known=False))
        media = f" pic.twitter.com/{post.media_key}" if post.media_key else ""
        return f"{post.text}{media}\n\n— {post.name} (@{post.handle}) {day(post.at)}"

    def _post(self, key: str, words: str) -> str:
        post = post_named(key)
        self.mentions.append(
            MentionTruth(kind=MentionKind.LINK, platform=post.platform, post_id=post.post_id, url=post.url, text=words)
        )
        alias = f"https://twitter.com/{post.handle}/status/{post.post_id}?s=20" if post.platform == "x" else post.url
        return self._anchor(alias, words)

    def _link(self, url: str, words: str) -> str:
        self.mentions.append(MentionTruth(kind=MentionKind.LINK, url=url, text=words))
        return self._anchor(url, words)

    def _dangle(self, words: str, _rest: str) -> str:
        self.mentions.append(MentionTruth(kind=MentionKind.LINK, text=words, dangling=True))
        return self._anchor("#", words)

    def _hostile(self, _what: str, _words: str) -> str:
        return "\n".join(f"<li>{self._link(f'https://{hostile.HOST}/{way}', way)}</li>" for way in hostile.CITED)

    def _bench(self, _what: str, _words: str) -> str:
        posts = [bench_post(number) for number in range(self._article.count)]
        self.mentions.extend(mention_of(post) for post in posts)
        return "\n".join(f"<p>Entry:</p>\n{_SITES['x'].embed(post)}" for post in posts)

    def _anchor(self, url: str, words: str) -> str:
        if self._markdown:
            return f"[{words}]({url})"
        return f'<a href="{escape(url)}">{escape(words)}</a>' if self._html else f"{words} ({url})"


def _flattened(post: Post, *, known: bool, emptied: bool = False) -> MentionTruth:
    return MentionTruth(
        kind=MentionKind.FLATTENED,
        platform=post.platform,
        post_id=post.post_id if known else None,
        url=post.url if known else None,
        text=post.text,
        handle=post.handle,
        dangling=emptied,
    )


def _media_link(post: Post, host: str) -> list[MentionTruth]:
    """What is left of a post's picture: a link, in the words of X."""
    if not post.media_key:
        return []
    words = f"pic.twitter.com/{post.media_key}"
    return [MentionTruth(kind=MentionKind.LINK, url=f"https://{host}/{post.media_key}", text=words)]


def _flat_html(post: Post, permalink: str) -> str:
    media = f' <a href="https://t.co/{post.media_key}">pic.twitter.com/{post.media_key}</a>' if post.media_key else ""
    return (
        f"<p>{paragraphs(post.text)}{media}</p>\n"
        f'<p>— {escape(post.name)} (@{post.handle}) <a href="{permalink}">{day(post.at)}</a></p>'
    )


def _flat_markdown(post: Post) -> str:
    key = post.media_key
    media = f" [pic.twitter.com/{key}](https://pic.twitter.com/{key})" if key else ""
    return f"{post.text}{media}\n\n— {post.name} (@{post.handle}) [{day(post.at)}](#)"
