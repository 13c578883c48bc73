"""The markup and the records of ten platforms, as far as their plans and their readers know them."""

# ruff: noqa: E501  # markup reads best unbroken

import json
from html import escape

from archiver.demo import ids
from archiver.demo.wire import Reply

NAME, HANDLE = "Saltmere River Watch", "riverwatch"


def answer(value, status=200):
    return Reply(json.dumps(value).encode(), "application/json", status)


STYLE = "<style>body{font:16px sans-serif;margin:8px;color:#111;background:#fff} img{background:#9cf} .card{border:1px solid #888;padding:8px}</style>"
_PICTURE = 'width="400" height="200"'


def _x(at, number):
    key = ids.x_id(at, number)
    return f"https://x.com/{HANDLE}/status/{key}", key


def _bluesky(at, number):
    key = ids.rkey(at, number % 1000)
    return f"https://bsky.app/profile/{ids.did(HANDLE)}/post/{key}", key


def _mastodon(at, number):
    key = ids.mastodon_id(at, number)
    return f"https://mastodon.social/@{HANDLE}/{key}", key


def _instagram(at, number):
    key = ids.instagram_code(at, number)
    return f"https://www.instagram.com/p/{key}/", key


def _threads(at, number):
    key = ids.instagram_code(at, number)
    return f"https://www.threads.com/@{HANDLE}/post/{key}", key


def _facebook(_at, number):
    key = str(800155413000000 + number)
    return f"https://www.facebook.com/{HANDLE}/posts/{key}", key


def _tiktok(at, number):
    key = ids.tiktok_id(at, number)
    return f"https://www.tiktok.com/@{HANDLE}/video/{key}", key


def _youtube(_at, number):
    key = f"wall{number:07d}"
    return f"https://www.youtube.com/watch?v={key}", key


def _reddit(_at, number):
    key = f"1w{number:04d}"
    return f"https://www.reddit.com/r/saltmere/comments/{key}/the_lower_road/", key


def _telegram(_at, number):
    return f"https://t.me/{HANDLE}/{number}", str(number)


URLS = {
    "x": _x,
    "bluesky": _bluesky,
    "mastodon": _mastodon,
    "instagram": _instagram,
    "facebook": _facebook,
    "threads": _threads,
    "tiktok": _tiktok,
    "youtube": _youtube,
    "reddit": _reddit,
    "telegram": _telegram,
}

# --- pages ---------------------------------------------------------------------------------------


def _x_page(stage, shown):
    words = f'<div data-testid="tweetText" lang="en" dir="auto">{shown.text}</div>' if shown.text else ""
    photo = f'<div data-testid="tweetPhoto"><img alt="" {_PICTURE} src="{shown.picture}"></div>' if shown.media else ""
    return f"""<div id="app"><article class="card" role="article"><div><img class="avatar" width="48" height="48" src="/face.png" alt="">
    <div data-testid="User-Name"><a href="https://x.com/{shown.handle}"><b>{shown.name}</b></a> <span>@{shown.handle}</span></div></div>
    {words}{photo}{shown.more}<a href="https://x.com/{shown.handle}/status/{stage.key}"><time datetime="2026-03-01">9:14 AM</time></a></article></div>"""


def _bluesky_page(stage, shown):
    owner = f"https://bsky.app/profile/{ids.did(HANDLE)}"
    words = f'<p class="post-text" dir="auto">{shown.text}</p>' if shown.text else ""
    photo = (
        f'<img {_PICTURE} src="https://cdn.bsky.app/img/feed_thumbnail/plain{shown.picture}" alt="">'
        if shown.media
        else ""
    )
    return f"""<div id="app"><div class="card"><div><a href="{owner}"><img width="48" height="48" src="/face.png" alt=""></a>
    <a href="{owner}">{shown.name}</a> <a href="{owner}">@{shown.handle}.example</a></div>{words}{photo}{shown.more}
    <a href="{owner}/post/{stage.key}"><time datetime="2026-03-01">March 1, 2026</time></a></div></div>"""


def _mastodon_page(stage, shown):
    words = (
        f'<div class="status__content"><div class="status__content__text">{shown.text}</div></div>'
        if shown.text
        else ""
    )
    photo = f'<div class="media-gallery"><img {_PICTURE} src="{shown.picture}" alt=""></div>' if shown.media else ""
    return f"""<div id="mastodon-status"><div class="detailed-status card"><span class="display-name"><img width="48" height="48" src="/face.png" alt="">
    <strong>{shown.name}</strong> <span>@{shown.handle}@mastodon.social</span></span>{words}{photo}{shown.more}
    <a href="{stage.url}"><time datetime="2026-03-01">Mar 1, 2026</time></a></div></div>"""


def _instagram_page(stage, shown):
    photo = f'<a class="EmbeddedMedia"><img class="EmbeddedMediaImage" {_PICTURE} src="{shown.picture}" alt=""></a>'
    caption = (
        f'<div class="Caption"><a class="CaptionUsername">{shown.handle}</a><br>{shown.text}</div>'
        if shown.text
        else ""
    )
    return f"""<div class="Embed card"><div class="Header"><img width="48" height="48" src="/face.png" alt=""><span class="UsernameText">{shown.handle}</span></div>
    <div class="EmbedFrame">{photo}</div>{caption}{shown.more}<div class="Footer"><a href="{stage.url}">View more on Instagram</a></div></div>"""


def _facebook_page(stage, shown):
    words = f'<div data-testid="post_message"><p>{shown.text}</p></div>' if shown.text else ""
    photo = f'<img class="scaledImageFitWidth" {_PICTURE} src="{shown.picture}" alt="">' if shown.media else ""
    return f"""<div class="_li card"><img width="48" height="48" src="/face.png" alt=""><span class="_2_79"><a href="https://www.facebook.com/{shown.handle}">{shown.name}</a></span>
    <a href="{stage.url}"><abbr class="timestamp" data-utime="1772000000">March 1</abbr></a>{words}{photo}{shown.more}</div>"""


def _threads_page(stage, shown):
    words = f'<span class="BodyTextContainer">{shown.text}</span>' if shown.text else ""
    photo = (
        f'<div class="SoloMediaContainer"><img {_PICTURE} src="{shown.picture}" alt=""></div>' if shown.media else ""
    )
    return f"""<div class="OuterContainer OuterContainerFull card"><div class="NameContainer"><img width="48" height="48" src="/face.png" alt="">
    <a class="HeaderLink"><span>{shown.handle}</span></a></div><div class="BodyContainer">{words}{photo}</div>{shown.more}
    <div class="TimestampContainer"><a href="{stage.url}">9:14 AM</a></div></div>"""


def _tiktok_page(_stage, shown):
    words = f'<p data-e2e="video-desc">{shown.text}</p>' if shown.text else ""
    return f"""<div id="root"><div data-e2e="Player-index-Container" class="card"><div data-e2e="Player-index-EmbedPlayerContainer"><img {_PICTURE} src="{shown.picture}" alt=""></div>
    <div data-e2e="Player-index-VideoInfo"><a href="https://www.tiktok.com/@{shown.handle}"><span data-e2e="video-author-uniqueid">@{shown.handle}</span> {shown.name}</a>{words}</div>{shown.more}</div></div>"""


def _youtube_page(stage, shown):
    picture = f'<div class="ytp-cued-thumbnail-overlay-image" style="width:400px;height:200px;background-image:url({shown.picture})"></div>'
    return f"""<div id="player"><div id="movie_player" class="card"><div><div class="ytp-title-text"><a class="ytp-title-link" href="{stage.url}">{shown.text}</a></div>
    <a class="ytp-title-channel-name">{shown.name}</a></div>{picture}{shown.more}</div></div>"""


def _reddit_page(stage, shown):
    photo = (
        f'<div slot="post-media-container"><img {_PICTURE} src="{shown.picture}" alt=""></div>' if shown.media else ""
    )
    return f"""<shreddit-embed style="display:block"><article class="card"><img width="48" height="48" src="/face.png" alt=""><a data-testid="post-author" href="https://www.reddit.com/user/{shown.handle}/">u/{shown.handle}</a>
    <h1 id="post-title-t3_{stage.key}"><a href="{stage.url}">{shown.text}</a></h1>{photo}{shown.more}<a href="{stage.url}">42 comments</a></article></shreddit-embed>"""


def _telegram_page(stage, shown):
    words = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{shown.text}</div>' if shown.text else ""
    style = (
        f"display:block;width:400px;height:200px;background-image:url('https://cdn4.telesco.pe/file{shown.picture}')"
    )
    photo = f'<a class="tgme_widget_message_photo_wrap" style="{style}"></a>' if shown.media else ""
    return f"""<div class="tgme_widget_message js-widget_message card" data-post="{stage.post.post_id}"><img width="48" height="48" src="/face.png" alt="">
    <div class="tgme_widget_message_bubble"><div class="tgme_widget_message_author"><a class="tgme_widget_message_owner_name"><span>{shown.name}</span></a></div>{photo}{shown.more}{words}
    <span class="tgme_widget_message_meta"><a class="tgme_widget_message_date" href="{stage.url}"><time datetime="2026-03-01T09:14:00+00:00">09:14</time></a></span></div></div>"""


PAGES = {
    "x": _x_page,
    "bluesky": _bluesky_page,
    "mastodon": _mastodon_page,
    "instagram": _instagram_page,
    "facebook": _facebook_page,
    "threads": _threads_page,
    "tiktok": _tiktok_page,
    "youtube": _youtube_page,
    "reddit": _reddit_page,
    "telegram": _telegram_page,
}

# --- records -------------------------------------------------------------------------------------


def _x_record(stage, text, media):
    photo = {"type": "photo", "media_url_https": "https://pbs.twimg.com/media/p.jpg"}
    user = {"id_str": "7", "name": NAME, "screen_name": HANDLE}
    tweet = {"__typename": "Tweet", "id_str": stage.key, "text": text, "lang": "en", "user": user}
    return answer(tweet | {"created_at": "2026-03-01T09:14:00.000Z", "mediaDetails": [photo] if media else []})


def _bluesky_record(stage, text, media):
    owner = ids.did(HANDLE)
    author = {"did": owner, "handle": f"{HANDLE}.example", "displayName": NAME}
    record = {"text": text, "createdAt": "2026-03-01T09:14:00.000Z", "langs": ["en"]}
    view = {"uri": f"at://{owner}/app.bsky.feed.post/{stage.key}", "cid": "bafy", "author": author, "record": record}
    image = "https://cdn.bsky.app/img/feed_thumbnail/plain/picture.jpg"
    return answer({"posts": [view | ({"embed": {"images": [{"thumb": image, "fullsize": image}]}} if media else {})]})


def _mastodon_record(stage, text, media):
    files = [{"id": "1", "type": "image", "url": "https://mastodon.social/picture.jpg"}] if media else []
    account = {"id": "7", "username": HANDLE, "acct": HANDLE, "display_name": NAME}
    status = {"id": stage.key, "content": f"<p>{escape(text)}</p>", "account": account, "media_attachments": files}
    return answer(status | {"created_at": "2026-03-01T09:14:00.000Z"})


def _instagram_record(stage, _text, _media):
    code = (
        f'<blockquote class="instagram-media" data-instgrm-permalink="{stage.url}?utm_source=ig_embed"><p>'
        f'<a href="{stage.url}">A post shared by {NAME} (@{HANDLE})</a></p></blockquote>'
    )
    return answer({"version": "1.0", "type": "rich", "html": code})


def _facebook_record(stage, text, _media):
    code = (
        f'<div class="fb-post" data-href="{stage.url}"><blockquote cite="{stage.url}" class="fb-xfbml-parse-ignore"><p>{escape(text)}</p>'
        f'Posted by <a href="https://www.facebook.com/{HANDLE}">{NAME}</a> on <a href="{stage.url}">March 1</a></blockquote></div>'
    )
    return answer({"version": "1.0", "type": "rich", "html": code})


def _threads_record(stage, _text, _media):
    code = (
        f'<blockquote class="text-post-media" data-text-post-permalink="{stage.url}"><a href="{stage.url}">'
        f"<div>Post by @{HANDLE}</div></a></blockquote>"
    )
    return answer({"version": "1.0", "type": "rich", "html": code})


def _tiktok_record(stage, text, _media):
    code = f'<blockquote class="tiktok-embed" data-video-id="{stage.key}"></blockquote>'
    fields = {"title": text, "author_name": NAME, "author_unique_id": HANDLE, "html": code}
    return answer(fields | {"thumbnail_url": "https://p16.tiktokcdn.com/cover.jpg"})


def _youtube_record(stage, text, _media):
    code = f'<iframe src="https://www.youtube.com/embed/{stage.key}?feature=oembed"></iframe>'
    fields = {"title": text, "author_name": NAME, "author_url": f"https://www.youtube.com/@{HANDLE}", "html": code}
    return answer(fields | {"thumbnail_url": f"https://i.ytimg.com/vi/{stage.key}/hqdefault.jpg"})


def _reddit_record(stage, text, media):
    thing = {"id": stage.key, "title": text, "selftext": "", "author": HANDLE, "created_utc": 1772000000.0}
    direct = {"url_overridden_by_dest": "https://i.redd.it/picture.jpg"} if media else {}
    return answer([{"kind": "Listing", "data": {"children": [{"kind": "t3", "data": thing | direct}]}}])


RECORDS = {
    "x": _x_record,
    "bluesky": _bluesky_record,
    "mastodon": _mastodon_record,
    "instagram": _instagram_record,
    "facebook": _facebook_record,
    "threads": _threads_record,
    "tiktok": _tiktok_record,
    "youtube": _youtube_record,
    "reddit": _reddit_record,
}
