"""Instagram as the demo plays it: the captioned embed, one broken card for every loss, walls."""

import json
from collections.abc import Mapping
from dataclasses import replace

from archiver.demo.assets import asset_reply, escape, fill, paragraphs, static
from archiver.demo.ids import at, instagram_code
from archiver.demo.members import INSTAGRAM_RENEWED, instagram_member
from archiver.demo.overlaid import INSTAGRAM_LOGIN
from archiver.demo.platforms.common import avatar_reply, by_id, mishap, not_found, picture_reply, slowed, to_https
from archiver.demo.script import Act, Post, Site
from archiver.demo.wire import Reply, Request, html, redirect
from archiver.model.states import Availability

__all__ = ["SITE", "find_post"]

_LOST = (Act.DELETED, Act.PROTECTED, Act.AGE)


def _post(  # noqa: PLR0917  # one row of a table
    key: str,
    name: str,
    user: str,
    when: str,
    text: str,
    act: Act = Act.LIVE,
    availability: Availability = Availability.LIVE,
    picture: str = "harbour",
    alt: str = "",
    more: Mapping[str, str] | None = None,
) -> Post:
    code = instagram_code(at(when))
    return Post(
        key=f"instagram/{key}",
        platform="instagram",
        post_id=code,
        url=f"https://www.instagram.com/p/{code}/",
        name=name,
        handle=user,
        at=at(when),
        text=text,
        act=act,
        availability=availability,
        picture=picture,
        alt=alt,
        more=more or {},
    )


# Every loss looks the same here (deleted, private, age-gated), so none may be called gone.
POSTS = (
    _post(
        "mole",
        "Bettine Harrowgate",
        "bettine.harrowgate",
        "2026-11-07 19:30:18",
        "From the end of the mole, half past seven. I put the camera down after this one.",
        picture="lanterns",
        alt="Lantern boats on dark water before a row of houses",
    ),
    _post(
        "deleted",
        "Bettine Harrowgate",
        "bettine.harrowgate",
        "2024-03-08 09:12:00",
        "Fog, mostly.",
        Act.DELETED,
        Availability.UNCLEAR,
    ),
    _post(
        "private",
        "Rope Street Rowers",
        "ropestreetrowers",
        "2025-07-27 18:45:30",
        "Training, members only.",
        Act.PROTECTED,
        Availability.UNCLEAR,
    ),
    _post(
        "login",
        "Saltmere Bakes",
        "saltmere.bakes",
        "2025-10-05 05:58:12",
        "Lantern buns are back.",
        Act.LOGIN,
        Availability.LOGIN,
    ),
    _post(
        "rate-limited",
        "Saltmere Bakes",
        "saltmere.bakes",
        "2025-10-06 05:58:12",
        "Sold out by nine.",
        Act.RATE_LIMITED,
        Availability.RATE_LIMITED,
    ),
    _post(
        "no-embed",
        "Chandler & Daughter",
        "chandlerdaughter",
        "2023-05-19 14:08:51",
        "New stock of marline.",
        Act.NO_EMBED,
        Availability.UNCLEAR,
    ),
    _post(
        "overlaid",
        "Bettine Harrowgate",
        "bettine.harrowgate",
        "2026-11-08 07:02:40",
        "The morning after: eleven lanterns on the slipway, all of them somebody's.",
        alt="The harbour in the morning",
        more={"overlay": "log-in"},
    ),
    _post(
        "walled",
        "Saltmere Bakes",
        "saltmere.bakes",
        "2025-10-07 05:58:12",
        "Back on Thursday.",
        Act.LOGIN,
        Availability.UNCLEAR,
        more={"overlay": "wall"},
    ),
)
_BY_ID = by_id(POSTS)
#: Visitors are marked on arrival; what follows carries these back.
_COOKIES = (
    ("Set-Cookie", "csrftoken=demo-secret-1; Path=/; Secure"),
    ("Set-Cookie", "mid=demo-secret-2; Path=/; Secure; HttpOnly"),
)


def find_post(code: str) -> Post | None:
    """The post with that shortcode."""
    return _BY_ID.get(code)


def _site(request: Request) -> Reply:
    if request.scheme == "http":
        return to_https(request)
    if request.path == "/embed.js":
        return asset_reply("shared/embeds.js")
    if request.path.startswith("/accounts/login"):
        return html(fill("instagram/login.html"))
    parts = request.segments
    if len(parts) >= 2 and parts[0] in ("p", "reel", "tv"):  # noqa: PLR2004  # p/CODE
        post, embedded = _BY_ID.get(parts[1]), "embed" in parts
        if post and post.act is Act.LOGIN and embedded and instagram_member(request):
            return _members_page(post, request)
        return _post_page(post, parts[1], embedded=embedded)
    return static(request, "instagram") or not_found("Instagram")


def _post_page(post: Post | None, code: str, *, embedded: bool) -> Reply:
    if (reply := mishap(post)) is not None:
        return reply
    if post and embedded and post.more.get("overlay") == "wall":
        return html(fill("shared/plain.html", title="Instagram", body=f'<div id="react-root"></div>{INSTAGRAM_LOGIN}'))
    if post and post.act is Act.LOGIN:
        return redirect(f"https://www.instagram.com/accounts/login/?next=%2Fp%2F{code}%2F")
    if embedded:
        over = f"{INSTAGRAM_LOGIN}</body>" if post and post.more.get("overlay") else "</body>"
        page = _embed_page(post, code).replace("</body>", over)
        return slowed(post, replace(html(page), headers=_COOKIES))
    if post is None or not post.served:
        return html(fill("shared/plain.html", title="Instagram", body="<div id=splash-screen></div>"))
    title = escape(f"{post.name} on Instagram: “{post.text}”")
    return html(fill("instagram/page.html", title=title, url=post.url, code=code))


def _members_page(post: Post, request: Request) -> Reply:
    """What a member sees: with the log-in in the page, as sites put it there, and a new one in a cookie."""
    shown = _embed_page(replace(post, act=Act.LIVE), post.post_id)
    told = f"<script>window._session = {json.dumps(request.header('Cookie'))}</script></body>"
    renewed = ("Set-Cookie", f"sessionid={INSTAGRAM_RENEWED}; Domain=.instagram.com; Path=/; Secure; HttpOnly")
    return replace(html(shown.replace("</body>", told)), headers=(*_COOKIES, renewed))


def _embed_page(post: Post | None, code: str) -> str:
    permalink = f"https://www.instagram.com/p/{code}/?utm_source=ig_embed"
    if post is None or not post.served:
        return fill("instagram/broken.html", permalink=permalink)
    return fill(
        "instagram/embed.html",
        permalink=permalink,
        profile=f"https://www.instagram.com/{post.handle}/?utm_source=ig_embed",
        user=escape(post.handle),
        caption=paragraphs(post.text),
        alt=escape(post.alt or f"Instagram post shared by @{post.handle}"),
        avatar=f"https://scontent.cdninstagram.com/v/t51/{post.handle}_n.png",
        image=f"https://scontent.cdninstagram.com/v/t51/{code}_n.jpg",
        likes=str(int.from_bytes(code.encode()) % 900 + 40),
    )


def _pictures(request: Request) -> Reply:
    name = request.segments[-1] if request.segments else ""
    stem, _, suffix = name.rpartition("_n.")
    post = _BY_ID.get(stem)
    if suffix == "png":
        return avatar_reply(stem)
    shown = post is not None and (post.served or post.act is Act.LOGIN)
    return picture_reply(post.picture or "", 1080, 1080) if post and shown else not_found("cdninstagram")


def _embed(post: Post) -> str:
    link = f"{post.url}?utm_source=ig_embed&amp;utm_campaign=loading"
    return (
        f'<blockquote class="instagram-media" data-instgrm-captioned data-instgrm-permalink="{link}" '
        'data-instgrm-version="14" style="background:#FFF; border:0; border-radius:3px; margin:1px; max-width:540px; '
        f'width:99.375%;"><div style="padding:16px;"><a href="{link}" style="background:#FFFFFF; line-height:0; '
        'padding:0; text-align:center; text-decoration:none; width:100%;" target="_blank">'
        '<div style="padding-top:8px;"><div style="color:#3897f0; font-size:14px;">View this post on Instagram</div>'
        f'</div></a><p style="color:#c9c8cd; font-size:14px;"><a href="{link}" target="_blank">A post shared by '
        f"{escape(post.name)} (@{post.handle})</a></p></div></blockquote>"
        '<script async src="//www.instagram.com/embed.js"></script>'
    )


def _amp(post: Post) -> str:
    return (
        f'<amp-instagram data-shortcode="{post.post_id}" data-captioned width="1" height="1" layout="responsive">'
        "</amp-instagram>"
    )


def _lazy(post: Post) -> str:
    return (
        '<div class="embed-placeholder" data-consent="instagram">'
        f'<noscript><iframe src="{post.url}embed/captioned/" width="540" height="760"></iframe></noscript></div>'
    )


SITE = Site(
    platform="instagram",
    hosts={
        "www.instagram.com": _site,
        "instagram.com": _site,
        "scontent.cdninstagram.com": _pictures,
    },
    posts=POSTS,
    embed=_embed,
    amp=_amp,
    lazy=_lazy,
)
