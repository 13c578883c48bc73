"""Which post a Facebook URL leads to: dozens of forms, one number or `pfbid` token."""

import re
from urllib.parse import quote

from archiver.model.records import PostRef
from archiver.model.urls import Url, host_in, parse_url
from archiver.platforms._wrapped import unwrap
from archiver.platforms.base import Sample

__all__ = ["HOME", "HOSTS", "SAMPLES", "identify", "redirects", "same_post"]

HOSTS = (
    "facebook.com",
    "fb.com",
    "facebookwkhpilnemxj7asaniu7vnjjbiltxjqhye3mhbshg7kx5tfyd.onion",
)
HOME = "https://www.facebook.com"
#: A post's own number may have `:2` behind it, which only says where on the page it stood.
_ID = re.compile(r"([0-9]{5,20}|pfbid[0-9A-Za-z]{20,120})(?::[0-9]+)?")
_OWNER = re.compile(r"[^\s/?#&]{1,100}")
#: First path parts that are no user, though `posts`, `videos` or `photos` may follow.
_NO_OWNER = frozenset(("hashtag", "plugins", "search", "share", "sharer", "stories", "groups", "dialog"))
#: Pages that show one post which a parameter names.
_BY_HREF = frozenset(("post.php", "video.php", "comment_embed.php"))

# --- URLs --------------------------------------------------------------------------------


def _wrapped(url: Url) -> str | None:
    match url.segments:
        case (*_, "plugins", page) if page in _BY_HREF:
            return url.param("href")
        case ("l.php",) | ("flx", "warn", *_):
            return url.param("u")
        case ("login", *_) | ("login.php",):
            return url.param("next")
        case (*_, "oembed_post" | "oembed_video" | "oembed.json"):
            return url.param("url")
        case () if url.fragment.startswith("!/"):
            return url.fragment[1:]
    return None


def identify(url: Url) -> PostRef | None:
    """The post that a URL of Facebook's hosts leads to, on any alias."""
    meant = unwrap(url, _wrapped, hosts=HOSTS)
    return (_by_query(meant) or _by_path(meant.segments)) if meant else None


def _by_query(url: Url) -> PostRef | None:
    """The pages whose post stands in a parameter."""
    page, owner = "/".join(url.segments), _known(url.param("id"))
    match page:
        case "permalink.php" | "story.php":
            return _made(url.param("story_fbid"), "permalink.php?story_fbid={}" + (f"&id={owner}" if owner else ""))
        case "photo.php" | "photo" | "photos":
            return _made(url.param("fbid"), "photo.php?fbid={}")
        case "watch" | "watch/live" | "video.php" | "video/video.php":
            return _made(url.param("v"), "watch/?v={}")
        case "video/embed":
            return _made(url.param("video_id"), "watch/?v={}")
    if url.segments[:1] == ("groups",) and len(url.segments) == 2:  # noqa: PLR2004  # groups, name
        shown = url.param("id") if url.param("view") == "permalink" else url.param("multi_permalinks")
        return _made(shown, f"groups/{_quoted(url.segments[1])}/posts/{{}}")
    return None


def _by_path(parts: tuple[str, ...]) -> PostRef | None:
    """The pages whose post stands in the path, last but for what is shown of it."""
    match parts:
        case ("groups", group, "posts" | "permalink", number, *_):
            return _made(number, f"groups/{_quoted(group)}/posts/{{}}")
        case ("reel" | "reels", number, *_):
            return _made(number, "reel/{}")
        case (pair,) if ids := re.fullmatch(r"([0-9]{5,20})_([0-9]{5,20})", pair):
            return _made(ids[2], f"{ids[1]}/posts/{{}}")
    for kind, form in (("posts", "{}/posts/{{}}"), ("videos", "{}/videos/{{}}/"), ("photos", "photo.php?fbid={{}}")):
        if kind in parts[1:-1] and parts[0] not in _NO_OWNER:
            at = parts.index(kind, 1)
            return _owned(parts[at - 1], parts[at + 1 :], form)
    return None


def _owned(owner: str, rest: tuple[str, ...], form: str) -> PostRef | None:
    """`rest` is ID, or SLUG/ID, or SET/ID; after a video's id nothing follows."""
    last = next((part for part in reversed(rest[:3]) if _ID.fullmatch(part)), None)
    handle = owner if _OWNER.fullmatch(owner) and not owner.isdecimal() else None
    return _made(last, form.format(_quoted(owner)), handle)


def _made(number: str | None, form: str, handle: str | None = None) -> PostRef | None:
    found = _ID.fullmatch(number or "")
    return PostRef("facebook", found[1], f"{HOME}/{form.format(found[1])}", handle) if found else None


def _known(owner: str | None) -> str | None:
    return owner if owner and re.fullmatch(r"[0-9]{1,20}|pfbid[0-9A-Za-z]{1,120}", owner) else None


def _quoted(text: str) -> str:
    # Braces would be read as the place of the id.
    return quote(text, safe="-._~").replace("{", "%7B").replace("}", "%7D")


def redirects(url: Url) -> bool:
    """Whether the URL only redirects, to a post or out of Facebook."""
    # /share/HASH carries no id, and l.php leads anywhere; /sharer.php is a button.
    return url.segments[:1] == ("share",) or (url.segments == ("l.php",) and identify(url) is None)


def same_post(text: str) -> PostRef | None:
    """The post that a text names, if it is a URL of Facebook's."""
    url = parse_url(text)
    return identify(url) if url and host_in(url.host, HOSTS) else None


# --- samples -------------------------------------------------------------------------------

_AT = f"{HOME}/mara.vane/posts/800155413382263"
_PFBID = "pfbid02cAHsyMqiheppHYTWizct9hFVm3KJhw114CsrLdg3kAVqPHx3K6J2z6dSLCPueTVal"

SAMPLES = (
    Sample(_AT, "800155413382263", _AT, "mara.vane"),
    Sample(
        "http://it-it.facebook.com/mara.vane/posts/800155413382263?fbclid=IwAR0&mibextid=x&rdid=y&share_url=z",
        "800155413382263",
        _AT,
        "mara.vane",
    ),
    Sample("https://m.facebook.com/mara.vane/posts/800155413382263:2", "800155413382263", _AT, "mara.vane"),
    Sample("https://mbasic.facebook.com/mara.vane/posts/a-slug/800155413382263/", "800155413382263", _AT, "mara.vane"),
    Sample("https://fb.com/mara.vane/posts/800155413382263?comment_id=12", "800155413382263", _AT, "mara.vane"),
    Sample(f"{HOME}/mara.vane/posts/{_PFBID}", _PFBID, f"{HOME}/mara.vane/posts/{_PFBID}", "mara.vane"),
    Sample(f"{HOME}/100044/posts/{_PFBID}", _PFBID, f"{HOME}/100044/posts/{_PFBID}"),
    Sample(
        "https://m.facebook.com/story.php?story_fbid=1135019956611021&id=1130669973712686&__tn__=R",
        "1135019956611021",
        f"{HOME}/permalink.php?story_fbid=1135019956611021&id=1130669973712686",
    ),
    Sample(
        f"https://web.facebook.com/permalink.php?id=1130669973712686&story_fbid={_PFBID}",
        _PFBID,
        f"{HOME}/permalink.php?story_fbid={_PFBID}&id=1130669973712686",
    ),
    Sample(f"{HOME}/113066997_1135019956611021", "1135019956611021", f"{HOME}/113066997/posts/1135019956611021"),
    Sample(
        f"{HOME}/mara.vane/videos/vb.12/1661762744185332/?t=3",
        "1661762744185332",
        f"{HOME}/mara.vane/videos/1661762744185332/",
        "mara.vane",
    ),
    Sample(
        f"{HOME}/mara.vane/videos/1661762744185332",
        "1661762744185332",
        f"{HOME}/mara.vane/videos/1661762744185332/",
        "mara.vane",
    ),
    Sample(f"{HOME}/watch/?v=1661762744185332&ref=sharing", "1661762744185332", f"{HOME}/watch/?v=1661762744185332"),
    Sample("https://touch.facebook.com/watch?v=1661762744185332", "1661762744185332"),
    Sample("https://business.facebook.com/video.php?v=1661762744185332", "1661762744185332"),
    Sample(f"{HOME}/video/embed?video_id=1661762744185332", "1661762744185332"),
    Sample(f"{HOME}/reel/2300161320399228?s=single_unit", "2300161320399228", f"{HOME}/reel/2300161320399228"),
    Sample(
        f"{HOME}/photo.php?fbid=10207393772231779&set=a.133.203.151&type=3",
        "10207393772231779",
        f"{HOME}/photo.php?fbid=10207393772231779",
    ),
    Sample(f"{HOME}/photo/?fbid=10207393772231779&set=a.1", "10207393772231779"),
    Sample(f"{HOME}/photo?fbid=10207393772231779", "10207393772231779"),
    Sample(
        f"{HOME}/mara.vane/photos/pcb.3485430601537621/3485430308204317/?type=3",
        "3485430308204317",
        f"{HOME}/photo.php?fbid=3485430308204317",
        "mara.vane",
    ),
    Sample(
        f"{HOME}/groups/tide.watchers/permalink/3485430308204317/",
        "3485430308204317",
        f"{HOME}/groups/tide.watchers/posts/3485430308204317",
    ),
    Sample(
        f"{HOME}/groups/123456789?view=permalink&id=3485430308204317",
        "3485430308204317",
        f"{HOME}/groups/123456789/posts/3485430308204317",
    ),
    Sample(f"{HOME}/groups/123456789/?multi_permalinks=3485430308204317", "3485430308204317"),
    Sample(
        f"{HOME}/plugins/post.php?href=https%3A%2F%2Fwww.facebook.com%2Fmara.vane%2Fposts%2F800155413382263&width=500",
        "800155413382263",
        _AT,
        "mara.vane",
    ),
    Sample(
        f"{HOME}/v2.3/plugins/post.php?href=https%3A%2F%2Fwww.facebook.com%2Fmara.vane%2Fposts%2F800155413382263",
        "800155413382263",
        _AT,
        "mara.vane",
    ),
    Sample(
        f"{HOME}/plugins/video.php?height=314&href=https%253A%252F%252Fwww.facebook.com%252Fwatch%252F%253Fv%253D1661762744185332",
        "1661762744185332",
    ),
    Sample(
        f"{HOME}/plugins/post.php?href=https%3A%2F%2Fwww.facebook.com%2Fphoto.php%3Ffbid%3D10207393772231779%26set%3Da.1",
        "10207393772231779",
    ),
    Sample(
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.facebook.com%2Freel%2F2300161320399228&h=AT0",
        "2300161320399228",
    ),
    Sample(
        f"{HOME}/login/?next=https%3A%2F%2Fwww.facebook.com%2Fmara.vane%2Fposts%2F800155413382263",
        "800155413382263",
        _AT,
        "mara.vane",
    ),
    Sample(f"{HOME}/#!/photo.php?fbid=10207393772231779", "10207393772231779"),
    Sample(
        "https://graph.facebook.com/v25.0/oembed_post?url=https%3A%2F%2Fwww.facebook.com%2Fmara.vane%2Fposts%2F800155413382263",
        "800155413382263",
        _AT,
        "mara.vane",
    ),
    Sample(
        f"{HOME}/plugins/video/oembed.json/?url=https%3A%2F%2Fwww.facebook.com%2Freel%2F2300161320399228",
        "2300161320399228",
    ),
    Sample(f"{HOME}/mara.vane", None),
    Sample(f"{HOME}/mara.vane/posts/", None),
    Sample(f"{HOME}/mara.vane/videos", None),
    Sample(f"{HOME}/profile.php?id=100044123456789", None),
    Sample(f"{HOME}/events/3485430308204317", None),
    Sample(f"{HOME}/groups/123456789/user/100044123456789", None),
    Sample(f"{HOME}/hashtag/tides/posts/800155413382263", None),
    Sample(f"{HOME}/share/p/1DGqGFGsi1/", None),
    Sample(f"{HOME}/share/1DGqGFGsi1/", None),
    Sample(f"{HOME}/sharer/sharer.php?u=https%3A%2F%2Fwww.facebook.com%2Fmara.vane%2Fposts%2F800155413382263", None),
    Sample(f"{HOME}/plugins/like.php?href=https%3A%2F%2Fwww.facebook.com%2Fmara.vane%2Fposts%2F800155413382263", None),
    Sample(f"{HOME}/plugins/page.php?href=https%3A%2F%2Fwww.facebook.com%2Fmara.vane", None),
    Sample("https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.example.org%2Fmara%2Fposts%2F800155413382263", None),
    Sample("https://fb.watch/aBcD123/", None),
    Sample("https://fb.me/e/1abcD", None),
    Sample("https://notfacebook.com/mara.vane/posts/800155413382263", None),
)
