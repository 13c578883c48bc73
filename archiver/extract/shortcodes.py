"""Embeds that Markdown carries as a generator's shortcode.

Hugo's `{{< tweet 123 >}}`, Liquid's `{% youtube abc %}` and `{% include youtube.html id="abc" %}`,
WordPress's `[embed]https://…[/embed]`, and components: `<Tweet id="123" />`.
"""

import re

from archiver.extract.blocks import Embed
from archiver.extract.links import post_at
from archiver.model.records import PostRef

__all__ = ["shortcode_embed"]

_FORMS = re.compile(
    r"[ \t]{0,9}(?:"
    r"\{\{\s{0,9}[<%]\s{0,9}(?P<hugo>[\w-]{1,40})(?P<hugo_rest>[^<>{}]{0,500})[>%]\s{0,9}\}\}"
    r"|\{%-?\s{0,9}(?P<liquid>[\w-]{1,40})(?P<liquid_rest>[^{}]{0,500}?)-?%\}"
    r"|\[(?P<press>embed|embedyt|tweet|twitter|youtube|instagram|tiktok|facebook|vimeo|bluesky|reddit)"
    r"(?P<press_rest>[^\[\]]{0,500})\](?P<press_url>[^\[\]\s]{0,500})(?:\[/\w{1,20}\])?"
    r"|<(?P<element>[A-Z][A-Za-z]{1,40})(?P<element_rest>\s[^<>]{0,500})/?>(?:</[A-Z][A-Za-z]{1,40}>)?"
    r")[ \t]{0,9}"
)
#: A shortcode's name, without "embed" and the like → the address of the post with an id.
_ADDRESSES = {
    "tweet": "https://x.com/i/status/{}",
    "twittertweet": "https://x.com/i/status/{}",
    "twitter": "https://x.com/i/status/{}",
    "x": "https://x.com/i/status/{}",
    "youtube": "https://www.youtube.com/watch?v={}",
    "instagram": "https://www.instagram.com/p/{}/",
    "vimeo": "https://vimeo.com/{}",
    "reddit": "https://www.reddit.com/comments/{}",
    "dailymotion": "https://www.dailymotion.com/video/{}",
    "tiktok": "",
    "bluesky": "",
    "bsky": "",
    "threads": "",
    "mastodon": "",
    "facebook": "",
    "telegram": "",
    "linkedin": "",
    "oembed": "",
    "": "",
}
_EXTRA = re.compile(r"embed(?:yt|der)?|simple|static|lite|player|video|post|shortcode|[-_]", re.IGNORECASE)
_VALUE = re.compile(r"[\"']?(?:[\w-]{1,30}\s{0,3}[=:]\s{0,3})?[\"'{]{0,2}(https?://[^\s\"'<>{}]{4,400}|[\w-]{5,40})")


def shortcode_embed(line: str) -> Embed | None:
    """The post that a line of Markdown embeds, if it is a shortcode and nothing else."""
    found = _FORMS.fullmatch(line)
    if found is None:
        return None
    form = next(form for form in ("hugo", "liquid", "press", "element") if found[form])
    name, rest = found[form], f"{found[f'{form}_rest']} {found['press_url'] or ''}"
    if name == "include":
        name, _, rest = rest.strip().partition(".html")
    address = _ADDRESSES.get(_EXTRA.sub("", name).lower())
    if address is None:
        return None
    post = next(filter(None, (_post(value, address) for value in _VALUE.findall(rest))), None)
    return Embed(post.platform, post.post_id, post.url, "shortcode", fragment=line.strip()) if post else None


def _post(value: str, address: str) -> PostRef | None:
    if value.startswith("http"):
        return post_at(value)
    return post_at(address.format(value)) if address else None
