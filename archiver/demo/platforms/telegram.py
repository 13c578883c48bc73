"""Telegram as the demo plays it: the widget page, always 200, with the post or an error in it."""

from dataclasses import replace

from archiver.demo.assets import asset_reply, escape, fill, paragraphs, static
from archiver.demo.ids import at
from archiver.demo.platforms.common import avatar_reply, by_id, mishap, not_found, picture_reply, slowed, to_https
from archiver.demo.script import Act, Post, Site
from archiver.demo.wire import Delivery, Reply, Request, html
from archiver.model.states import Availability

__all__ = ["SITE"]


def _post(  # noqa: PLR0917  # one row of a table
    key: str,
    name: str,
    channel: str,
    number: int,
    when: str,
    text: str,
    act: Act = Act.LIVE,
    availability: Availability = Availability.LIVE,
    picture: str | None = None,
) -> Post:
    return Post(
        key=f"telegram/{key}",
        platform="telegram",
        post_id=f"{channel}/{number}",
        url=f"https://t.me/{channel}/{number}",
        name=name,
        handle=channel,
        at=at(when),
        text=text,
        act=act,
        availability=availability,
        picture=picture,
    )


# "Post not found" stands for deleted, private and never posted alike.
POSTS = (
    _post(
        "pilot",
        "Saltmere Pilot Log",
        "saltmere_pilot_log",
        418,
        "2026-11-07 22:20:15",
        "22:15. Last of the regatta boats is back inside.\nHarbour reopened to traffic. Wind nil, sea like glass.",
        picture="harbour",
    ),
    _post(
        "gone",
        "Saltmere Pilot Log",
        "saltmere_pilot_log",
        97,
        "2023-01-08 03:11:00",
        "Buoy 4 unlit.",
        Act.DELETED,
        Availability.UNCLEAR,
    ),
    _post(
        "no-channel",
        "Night Harbour",
        "night_harbour_sm",
        12,
        "2022-10-30 23:55:00",
        "Shapes on the slipway again.",
        Act.ACCOUNT_GONE,
        Availability.UNCLEAR,
    ),
    _post(
        "rate-limited",
        "Saltmere Pilot Log",
        "saltmere_pilot_log",
        98,
        "2023-01-09 03:11:00",
        "Buoy 4 relit.",
        Act.RATE_LIMITED,
        Availability.RATE_LIMITED,
    ),
    _post(
        "hanging",
        "Saltmere Pilot Log",
        "saltmere_pilot_log",
        99,
        "2023-01-10 03:11:00",
        "Buoy 5 unlit.",
        Act.HANGING,
        Availability.UNREACHABLE,
    ),
)
_BY_ID = by_id(POSTS)


def _site(request: Request) -> Reply:
    if request.scheme == "http":
        return to_https(request)
    parts = request.segments
    if len(parts) == 2 and parts[1].isdecimal():  # noqa: PLR2004  # CHANNEL/ID
        return _message(_BY_ID.get("/".join(parts)), embedded="embed" in request.query)
    return not_found("Telegram")


def _message(post: Post | None, *, embedded: bool) -> Reply:
    if (reply := mishap(post)) is not None:
        return reply
    if not embedded:
        title = escape(f"{post.name} – Telegram") if post and post.served else "Telegram: View"
        return html(fill("shared/plain.html", title=title, body='<div class="tgme_page">View in Telegram</div>'))
    if post is None or not post.served:
        gone = post is not None and post.act is Act.ACCOUNT_GONE
        words = f"Channel with username <b>@{post.handle}</b> not found" if post and gone else "Post not found"
        return html(fill("telegram/error.html", words=words))
    return slowed(post, replace(html(_widget(post)), delivery=Delivery.CHUNKED))


def _widget(post: Post) -> str:
    photo = ""
    if post.picture:
        image = f"https://cdn4.telesco.pe/file/{post.picture}.jpg"
        photo = (
            f'<a class="tgme_widget_message_photo_wrap" href="{post.url}" '
            f"style=\"width:800px;background-image:url('{image}')\">"
            '<div class="tgme_widget_message_photo" style="padding-top:66.7%"></div></a>'
        )
    return fill(
        "telegram/message.html",
        post=post.post_id,
        channel=post.handle,
        url=post.url,
        name=escape(post.name),
        avatar=f"https://cdn4.telesco.pe/avatar/{post.handle}.png",
        photo=photo,
        text=paragraphs(post.text),
        instant=post.at.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
        when=f"{post.at:%b} {post.at.day}, {post.at.year} at {post.at:%H:%M}",
    )


def _pictures(request: Request) -> Reply:
    name = request.segments[-1] if request.segments else ""
    if request.segments[:1] == ("avatar",):
        return avatar_reply(name.removesuffix(".png"))
    return picture_reply(name.removesuffix(".jpg"), 800, 533)


def _scripts(request: Request) -> Reply:
    if request.path.startswith("/js/telegram-widget"):
        return asset_reply("shared/embeds.js")
    return static(request, "telegram") or not_found("Telegram")


def _embed(post: Post) -> str:
    return (
        '<script async src="https://telegram.org/js/telegram-widget.js?22" '
        f'data-telegram-post="{post.post_id}" data-width="100%"></script>'
    )


SITE = Site(
    platform="telegram",
    hosts={"t.me": _site, "telegram.me": _site, "telegram.org": _scripts, "cdn4.telesco.pe": _pictures},
    posts=POSTS,
    embed=_embed,
)
