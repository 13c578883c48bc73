"""Threads as the demo plays it: the embed card, and one notice for everything it does not show."""

from archiver.demo.assets import asset_reply, escape, fill, paragraphs, static
from archiver.demo.ids import at, instagram_code
from archiver.demo.platforms.common import avatar_reply, by_id, day, mishap, not_found, picture_reply, slowed, to_https
from archiver.demo.script import Act, Post, Site
from archiver.demo.wire import Reply, Request, html, redirect
from archiver.model.states import Availability

__all__ = ["SITE", "find_post"]


def _post(  # noqa: PLR0917  # one row of a table
    key: str,
    user: str,
    when: str,
    text: str,
    act: Act = Act.LIVE,
    availability: Availability = Availability.LIVE,
    picture: str | None = None,
    alt: str = "",
) -> Post:
    code = instagram_code(at(when), salt=7)
    return Post(
        key=f"threads/{key}",
        platform="threads",
        post_id=code,
        url=f"https://www.threads.com/@{user}/post/{code}",
        name=user,
        handle=user,
        at=at(when),
        text=text,
        act=act,
        availability=availability,
        picture=picture,
        alt=alt,
    )


POSTS = (
    _post(
        "count",
        "delphine.quayle",
        "2026-11-07 21:47:03",
        "Official count from the lock keeper's ledger: 412 lanterns out, 409 back. "
        "If you find one of the other three on the beach tomorrow, it is yours.",
    ),
    _post(
        "picture",
        "northwallnotes",
        "2025-06-01 07:15:00",
        "Block 112, before and after the masons.",
        picture="harbour",
        alt="Boats before gabled houses",
    ),
    _post(
        "gone",
        "delphine.quayle",
        "2025-03-30 10:30:00",
        "Does anyone else smell diesel on Lower Quay?",
        Act.DELETED,
        Availability.UNCLEAR,
    ),
    _post(
        "login", "northwallnotes", "2025-06-02 07:15:00", "Block 114 is cracked again.", Act.LOGIN, Availability.LOGIN
    ),
    _post("broken", "northwallnotes", "2025-06-03 07:15:00", "Block 115 too.", Act.BROKEN, Availability.SERVER_ERROR),
    _post(
        "rate-limited",
        "northwallnotes",
        "2025-06-04 07:15:00",
        "Block 116 is fine.",
        Act.RATE_LIMITED,
        Availability.RATE_LIMITED,
    ),
)
_BY_ID = by_id(POSTS)


def find_post(code: str) -> Post | None:
    """The post with that shortcode."""
    return _BY_ID.get(code)


def _site(request: Request) -> Reply:
    if request.scheme == "http":
        return to_https(request)
    parts = request.segments
    if request.path == "/embed.js":
        return asset_reply("shared/embeds.js")
    if request.path == "/login":
        return html(fill("shared/plain.html", title="Threads • Log in", body=_LOGIN_FORM))
    if len(parts) >= 3 and parts[1] == "post":  # noqa: PLR2004  # @user/post/CODE
        return _post_page(_BY_ID.get(parts[2]), embedded=parts[-1] == "embed")
    return static(request, "threads") or not_found("Threads")


_LOGIN_FORM = (
    "<h1>Log in with your Instagram account</h1><form id=login_form method=post action=/login>"
    "<input name=username><input name=password type=password><button type=submit>Log in</button></form>"
)


def _post_page(post: Post | None, *, embedded: bool) -> Reply:
    if (reply := mishap(post)) is not None:
        return reply
    if post and post.act is Act.LOGIN:
        return redirect("https://www.threads.com/login")
    if not embedded:
        return html(fill("shared/plain.html", title="Threads", body="<div id=barcelona-page-layout></div>"))
    if post is None or not post.served:
        return html(fill("threads/gone.html"))
    return slowed(post, html(_card(post)))


def _card(post: Post) -> str:
    image = f"https://scontent-ams2-1.cdninstagram.com/{post.picture}"
    picture = f'<img src="{image}" alt="{escape(post.alt)}" width="1200" height="800">'
    media = f'<div class="SoloMediaContainer">{picture}</div>' if post.picture else ""
    return fill(
        "threads/embed.html",
        user=escape(post.handle),
        profile=f"https://www.threads.com/@{post.handle}",
        permalink=post.url,
        avatar=f"https://scontent-ams2-1.cdninstagram.com/avatar/{post.handle}.png",
        text=paragraphs(post.text),
        media=media,
        when=f"{post.at:%-I:%M %p} · {day(post.at)}",
    )


def _pictures(request: Request) -> Reply:
    if request.segments[:1] == ("avatar",):
        return avatar_reply(request.segments[-1].removesuffix(".png"))
    return picture_reply(request.segments[-1]) if request.segments else not_found("cdn")


def _embed(post: Post) -> str:
    return (
        f'<blockquote class="text-post-media" data-text-post-permalink="{post.url}" data-text-post-version="0" '
        f'id="ig-tp-{post.post_id}" style="background:#FFF; border:1px solid #00000026; border-radius:16px; '
        f'max-width:650px; margin:1px; width:99.375%;"><a href="{post.url}" style="background:#FFFFFF; padding:0; '
        'text-align:center; text-decoration:none; width:100%;" target="_blank"><div style="padding:40px;">'
        '<div style="color:#000; font-weight:600;">View on Threads</div></div></a></blockquote>'
        '<script async src="https://www.threads.com/embed.js"></script>'
    )


SITE = Site(
    platform="threads",
    hosts={
        "www.threads.com": _site,
        "threads.com": _site,
        "www.threads.net": _site,
        "scontent-ams2-1.cdninstagram.com": _pictures,
    },
    posts=POSTS,
    embed=_embed,
)
