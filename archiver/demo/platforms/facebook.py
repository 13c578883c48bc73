"""Facebook as the demo plays it: the post plug-in, its one notice for every loss, and its walls."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote, urlsplit

from archiver.demo.assets import asset_reply, escape, fill, paragraphs, static
from archiver.demo.ids import at
from archiver.demo.overlaid import FACEBOOK_LOGIN
from archiver.demo.platforms.common import avatar_reply, by_id, day, mishap, not_found, picture_reply, slowed, to_https
from archiver.demo.script import Act, Post, Site
from archiver.demo.wire import Reply, Request, html, redirect
from archiver.model.states import Availability

__all__ = ["SITE", "find_post"]

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _post(  # noqa: PLR0917  # one row of a table
    key: str,
    name: str,
    user: str,
    number: str,
    when: str,
    text: str,
    act: Act = Act.LIVE,
    availability: Availability = Availability.LIVE,
    picture: str | None = None,
    alt: str = "",
    more: Mapping[str, str] | None = None,
) -> Post:
    return Post(
        key=f"facebook/{key}",
        platform="facebook",
        post_id=number,
        url=f"https://www.facebook.com/{user}/posts/{number}",
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


# The plug-in shows one notice for deleted, private and unsupported alike: never "gone".
POSTS = (
    _post(
        "supper",
        "Rope Street Neighbours",
        "ropestreetneighbours",
        "122108845672903417",
        "2026-11-07 12:05:00",
        "Long table supper tonight after the last boat. Bring a chair, a bowl and somebody you have not spoken to "
        "since the storm. Soup is on the chandlery.",
        picture="workshop",
        alt="Lanterns hanging in a workshop",
    ),
    _post(
        "pfbid",
        "Saltmere Lifeboat Friends",
        "saltmerelifeboatfriends",
        "pfbid02Kx9mWqT7hLrVnA3cZsYbE5dGuJ8pRfN6tQoXwMvHyPkBzCaDeFgHiJkLm",
        "2025-12-20 16:40:00",
        "Carols at the boathouse, six o'clock, all welcome.",
    ),
    _post(
        "gone",
        "Rope Street Neighbours",
        "ropestreetneighbours",
        "122098845672903001",
        "2024-10-01 08:00:00",
        "Lost: one grey cat, answers to Bosun.",
        Act.DELETED,
        Availability.UNCLEAR,
    ),
    _post(
        "login",
        "Mole Anglers",
        "moleanglers",
        "122097745672903002",
        "2024-04-18 05:20:00",
        "Closed group outing, names to Dilys.",
        Act.LOGIN,
        Availability.LOGIN,
    ),
    _post(
        "challenge",
        "Mole Anglers",
        "moleanglers",
        "122097745672903003",
        "2024-04-19 05:20:00",
        "Photos from yesterday.",
        Act.CHALLENGE,
        Availability.BLOCKED,
    ),
    _post(
        "rate-limited",
        "Mole Anglers",
        "moleanglers",
        "122097745672903004",
        "2024-04-20 05:20:00",
        "More photos from Thursday.",
        Act.RATE_LIMITED,
        Availability.RATE_LIMITED,
    ),
    _post(
        "overlaid",
        "Mole Anglers",
        "moleanglers",
        "122097745672903005",
        "2026-11-08 06:15:00",
        "Two bass, one boot, and a lantern that had come all the way round the point by itself.",
        more={"overlay": "log-in"},
    ),
)
_BY_ID = by_id(POSTS)
_COOKIES = (("Set-Cookie", "datr=demo; Path=/; Secure; HttpOnly"), ("Set-Cookie", "sb=demo; Path=/; Secure"))


def find_post(url: str) -> Post | None:
    """The post that a permalink names."""
    parts = [part for part in urlsplit(url).path.split("/") if part]
    return _BY_ID.get(parts[-1]) if parts else None


def _site(request: Request) -> Reply:
    if request.scheme == "http":
        return to_https(request)
    if request.path == "/plugins/post.php":
        return _plugin(request)
    if request.path.startswith("/login"):
        return html(fill("facebook/login.html"))
    if request.path.endswith("/sdk.js"):
        return asset_reply("shared/embeds.js")
    if request.segments[:1] == ("rsrc.php",):
        return static(request, "facebook") or not_found("Facebook")
    return html(fill("shared/plain.html", title="Facebook", body="<div id=mount></div>"))


def _plugin(request: Request) -> Reply:
    post = find_post(request.query.get("href", ""))
    if (reply := mishap(post)) is not None:
        return reply
    if post and post.act is Act.LOGIN:
        return redirect(f"https://www.facebook.com/login/?next={quote(post.url, safe='')}")
    if post and post.act is Act.CHALLENGE:
        return replace(html(fill("facebook/challenge.html"), 403))
    if post is None or not post.served:
        return html(fill("facebook/gone.html"))
    over = f"{FACEBOOK_LOGIN}</body>" if post.more.get("overlay") else "</body>"
    return slowed(post, replace(html(_card(post).replace("</body>", over)), coding="zstd", headers=_COOKIES))


def _card(post: Post) -> str:
    image = ""
    if post.picture:
        source = f"https://scontent.xx.fbcdn.net/v/t39/{post.post_id}_n.jpg"
        size = 'width="1200" height="800"'
        picture = f'<img class="scaledImageFitWidth" src="{source}" alt="{escape(post.alt)}" {size}>'
        image = f'<div class="_5cq3">{picture}</div>'
    return fill(
        "facebook/post.html",
        name=escape(post.name),
        profile=f"https://www.facebook.com/{post.handle}",
        avatar=f"https://scontent.xx.fbcdn.net/avatar/{post.handle}_n.png",
        permalink=post.url,
        utime=str(int(post.at.timestamp())),
        when=f"{_weekday(post)}, {day(post.at)} at {post.at:%-I:%M %p}",
        message=paragraphs(post.text),
        image=image,
    )


def _weekday(post: Post) -> str:
    return _WEEKDAYS[post.at.weekday()]


def _pictures(request: Request) -> Reply:
    name = request.segments[-1] if request.segments else ""
    stem, _, suffix = name.rpartition("_n.")
    if suffix == "png":
        return avatar_reply(stem)
    post = _BY_ID.get(stem)
    return picture_reply(post.picture or "") if post and post.served else not_found("fbcdn")


def _embed(post: Post) -> str:
    return (
        '<div id="fb-root"></div><script async defer crossorigin="anonymous" '
        'src="https://connect.facebook.net/en_US/sdk.js#xfbml=1&amp;version=v21.0"></script>'
        f'<div class="fb-post" data-href="{post.url}" data-width="500" data-show-text="true">'
        f'<blockquote cite="{post.url}" class="fb-xfbml-parse-ignore"><p>{paragraphs(post.text)}</p>'
        f'Posted by <a href="https://www.facebook.com/{post.handle}">{escape(post.name)}</a> on '
        f'<a href="{post.url}">{_weekday(post)}, {day(post.at)}</a></blockquote></div>'
    )


def _amp(post: Post) -> str:
    return f'<amp-facebook width="552" height="310" layout="responsive" data-href="{post.url}"></amp-facebook>'


def _lazy(post: Post) -> str:
    source = (
        f"https://www.facebook.com/plugins/post.php?href={quote(post.url, safe='')}&amp;show_text=true&amp;width=500"
    )
    return f'<iframe class="lazy" data-lazy-src="{source}" width="500" height="500" title="Facebook post"></iframe>'


SITE = Site(
    platform="facebook",
    hosts={
        "www.facebook.com": _site,
        "facebook.com": _site,
        "m.facebook.com": _site,
        "connect.facebook.net": _site,
        "static.xx.fbcdn.net": _site,
        "scontent.xx.fbcdn.net": _pictures,
    },
    posts=POSTS,
    embed=_embed,
    amp=_amp,
    lazy=_lazy,
)
