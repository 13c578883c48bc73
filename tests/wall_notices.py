"""Removal notices, gates and players' words, beside a living face, with and without a record."""

# ruff: noqa: E501  # markup reads best unbroken

from wall_markup import HANDLE, NAME, answer
from wall_stage import GONE, UNKNOWN, WALLED, html, mute, scene, stage, told

from archiver.model.states import Availability, Reason

A, R = Availability, Reason

# --- notices ------------------------------------------------------------------------------------------------

_FACE = f'<img width="48" height="48" src="/face.png" alt=""><b>{NAME}</b> @{HANDLE}'


def _x_notice(words):
    return lambda _at: html(
        f'<meta charset=utf-8><div id="app"><article class="card">{_FACE}<div data-testid="tombstone">{words} <a>Learn more</a></div></article></div>'
    )


NOTICES = {
    "bluesky": f'<div id="app"><div>{_FACE}<p>Post not found, it may have been deleted.</p></div></div>',
    "mastodon": f'<body class="error"><div class="dialog">{_FACE}<div class="dialog__message"><h1>The page you are looking for isn’t here.</h1></div></div>',
    "instagram": f'<div class="Embed EmbedIsBroken"><div class="EmbedBrokenMedia">{_FACE}The link to this photo or video may be broken, or the post may have been removed.</div></div>',
    "facebook": f"<body>{_FACE}<div>This Facebook post is no longer available. It may have been removed or the privacy settings of the post may have changed.</div>",
    "threads": f'<div class="OuterContainer">{_FACE}<span>Thread not available</span></div>',
    "tiktok": f'<div id="root">{_FACE}<p class="title">Video currently unavailable</p></div>',
    "youtube": f'<div id="movie_player"><div class="ytp-error"><div class="ytp-error-content">{_FACE}Video unavailable<br>This video has been removed by the uploader</div></div></div>',
    "reddit": f'<shreddit-embed style="display:block"><article>{_FACE}<h1>[deleted by user]</h1><div data-testid="removed-notice">Sorry, this post was deleted by the person who originally posted it.</div></article></shreddit-embed>',
    "telegram": f'<div class="tgme_widget_message">{_FACE}<div class="tgme_widget_message_error">Post not found</div></div>',
}
_X_WORDS = {
    "deleted, in English": ("This Post was deleted by the Post author.", {A.GONE_DELETED}),
    "deleted, in Spanish": ("Este post fue eliminado por el autor.", {A.GONE_DELETED}),
    "deleted, in Japanese": ("このポストはポストの作成者により削除されました。", {A.GONE_DELETED}),
    "deleted, in German": ("Dieser Post wurde vom Verfasser gelöscht.", {A.GONE_DELETED}),
    "suspended": ("This Post is from a suspended account.", {A.GONE_AUTHOR}),
    "an account that no longer exists": ("This Post is from an account that no longer exists.", {A.GONE_AUTHOR}),
    "protected": (
        "You’re unable to view this Post because this account owner limits who can view their Posts.",
        {A.PROTECTED},
    ),
    "withheld": ("This Post from @riverwatch has been withheld in Ruritania based on local law(s).", {A.GEO_LEGAL}),
    "age": ("Age-restricted adult content. This content might not be appropriate for people under 18.", {A.AGE}),
    "against the rules": ("This Post violated the X Rules.", {A.GONE_PLATFORM}),
    "no reason": ("This Post is unavailable.", UNKNOWN),
    "words nobody has seen": ("Tämä julkaisu on poistettu.", UNKNOWN),
}
_YOUTUBE_WORDS = {
    "private": ("Video unavailable. This video is private", {A.PROTECTED}),
    "region": ("Video unavailable. The uploader has not made this video available in your country", {A.GEO_LEGAL}),
    "age": ("Sign in to confirm your age. This video may be inappropriate for some users.", {A.AGE}),
    "bot check": ("Sign in to confirm you’re not a bot", {A.BLOCKED}),
    "later": ("Video unavailable. This content isn’t available, try again later.", {A.RATE_LIMITED}),
    "terminated": (
        "Video unavailable. This video is no longer available because the YouTube account associated with this video has been terminated.",
        {A.GONE_AUTHOR},
    ),
}


def _youtube_notice(words):
    return lambda _at: html(
        f'<meta charset=utf-8><div id="movie_player"><div class="ytp-error"><div class="ytp-error-content">{words}</div></div></div>'
    )


def _notices():
    for platform, markup in NOTICES.items():
        may = GONE | UNKNOWN if platform in ("youtube", "reddit") else UNKNOWN
        yield mute(
            "a notice beside a living face",
            platform,
            lambda _at, markup=markup: html(f"<meta charset=utf-8>{markup}"),
            may_say=may,
        )
        if platform != "telegram":
            yield told(
                "a notice on a live post", platform, lambda _at, markup=markup: html(f"<meta charset=utf-8>{markup}")
            )
    for kind, (words, may) in _X_WORDS.items():
        yield mute(f"a tombstone: {kind}", "x", _x_notice(words), may_say=may)
        at = stage("x")
        yield scene(
            f"a tombstone and its record: {kind}",
            "x",
            at.mute()
            | at.on_page(_x_notice(words)(at))
            | {at.record_urls[0]: answer({"__typename": "TweetTombstone", "tombstone": {"text": {"text": words}}})},
            False,
            frozenset(may),
            at=at,
        )
    yield told("a tombstone on a live post", "x", _x_notice(_X_WORDS["deleted, in English"][0]))
    for kind, (words, may) in _YOUTUBE_WORDS.items():
        yield mute(f"a player's words: {kind}", "youtube", _youtube_notice(words), may_say=may | UNKNOWN)
        yield told(f"a player's words on a live video: {kind}", "youtube", _youtube_notice(words))
    yield told(
        "an age gate on a live post",
        "reddit",
        lambda at: at.page(after='<nsfw-blocking-modal style="display:block">You must be 18</nsfw-blocking-modal>'),
        R.AGE_GATE,
    )
    yield told("an age gate on a live post", "x", _x_notice(_X_WORDS["age"][0]), R.AGE_GATE)
    yield mute(
        "a post whose text guests may not see",
        "bluesky",
        lambda _at: html(
            '<div id="app"><div><p>The author of this post has requested their posts not be displayed on external sites.</p></div></div>'
        ),
        R.LOGIN_WALL,
        may_say=WALLED,
    )
    yield mute(
        "a suspended account, with 410",
        "mastodon",
        lambda _at: html(
            '<body class="error"><div class="dialog"><div class="dialog__message">This account has been suspended permanently.</div></div>',
            410,
        ),
        may_say=GONE | UNKNOWN,
    )


SCENES = tuple(_notices())
