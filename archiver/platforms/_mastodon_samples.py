"""The samples of `mastodon.py`: addresses of every kind of server, look-alikes, ids and markup."""

from archiver.model.records import Claim
from archiver.platforms.base import MarkupSample, Sample, TimeSample

__all__ = ["MARKUP_SAMPLES", "SAMPLES", "TIMES"]

_ID_A = "social.example/110330830792499728"
_AT = "https://social.example/@ann_b/110330830792499728"
_NAMELESS = "https://social.example/web/statuses/110330830792499728"
_NOTICE = "https://pl.example/notice/AnjOtnDymBq9Yg0lqC"
_NOTE = "https://mi.example/notes/9tht7ungi81f0005"
_WEB = "https://gts.example/@ann_b/statuses/01H72HQKW2BNR81VXGAJ9ZQ4TB"
_OBJECT = "/objects/8a2f7a0e-0c0e-4d0f-9d5c-2f4f4f3b1a11"
_REMOTE = "https://social.example/@ann_b@far.example/110330830792499728"


def _is(url: str) -> Sample:
    return Sample(url, _ID_A, _AT, "ann_b")


def _own(url: str, canonical: str | None = None, handle: str | None = None) -> Sample:
    """A post of the other kinds: its id is the host and the last part of its canonical form."""
    canonical = canonical or url
    return Sample(url, f"{canonical.split('/')[2]}/{canonical.rpartition('/')[2]}", canonical, handle)


SAMPLES = (
    _is(_AT),
    _is(f"{_AT}/embed"),
    _is(f"{_AT}/reblogs"),
    _is("https://Social.Example/@ann_b/110330830792499728?utm_source=x"),
    _is("https://social.example/users/ann_b/statuses/110330830792499728"),
    _is("https://social.example/users/ann_b/statuses/110330830792499728/embed"),
    _is("https://social.example/web/@ann_b/110330830792499728"),
    _is("https://social.example/deck/@ann_b/110330830792499728"),
    _is("https://social.example/api/oembed?url=https%3A%2F%2Fsocial.example%2F%40ann_b%2F110330830792499728"),
    Sample(_NAMELESS, _ID_A, _NAMELESS),
    Sample("https://social.example/api/v1/statuses/110330830792499728", _ID_A, _NAMELESS),
    Sample(_REMOTE, _ID_A, _REMOTE, "ann_b@far.example"),
    Sample(
        "https://mastodon.social/@Gargron/1",
        "mastodon.social/1",
        "https://mastodon.social/@Gargron/1",
        "Gargron",
    ),
    Sample("https://cybre.space/@loki/99876246667087352", "cybre.space/99876246667087352", None, "loki"),
    _own(_NOTICE),
    _own("https://pl.example/@ann_b/posts/AnjOtnDymBq9Yg0lqC", _NOTICE, "ann_b"),
    _own("https://pl.example/@ann_b@far.example/posts/AnjOtnDymBq9Yg0lqC", _NOTICE, "ann_b@far.example"),
    _own("https://pl.example/api/v1/statuses/AnjOtnDymBq9Yg0lqC", _NOTICE),
    _own(f"https://pleroma.site{_OBJECT}"),
    _own(_WEB, handle="ann_b"),
    _own(_NOTE),
    _own("https://mi.example/embed/notes/9tht7ungi81f0005?colorMode=dark", _NOTE),
    _own("https://mi.example/notes/9klwx3efx3"),
    _own("https://misskey.io/notes/8igrplptqc"),
    _own("https://misskey.io/notes/algebraics"),
    _own("https://mi.example/notes/01H72HQKW2BNR81VXGAJ9ZQ4TB"),
    _own("https://mi.example/notes/8189d7c2f1a0c3b2a1908f7e"),
    _own("https://mi.example/notes/g189d7c2f1a0c3b2a1908f7e"),
    *(
        Sample(f"https://{site}", None)
        for site in (
            "medium.com/@ann_b/9klwx3efx3",
            "substack.com/@ann_b/note/c-12345678",
            "annb.substack.com/notes/9klwx3efx3",
            "flipboard.com/@ann_b/110330830792499728",
            "www.tiktok.com/@ann_b/7336306383119191339",
            "www.youtube.com/@ann_b/110330830792499728",
            "www.npmjs.com/@ann_b/110330830792499728",
            "note.com/embed/notes/9klwx3efx3",
            "note.com/ann_b/n/n1b3c5d7e9f0a",
            "blog.example/notes/algebra101",
            "blog.example/notes/algorithms",
            "blog.example/notes/8bitguitar",
            "blog.example/notes/chapter-10",
            "blog.example/notes/2023091501",
            "blog.example/notes/9f8e7d6c5b",
            "blog.example/notes/5f2b8c9d0e1f2a3b4c5d6e7f",
            "blog.example/notes/internationalize",
            "blog.example/notes/01h72hqkw2bnr81vxgaj9zq4tb",
            "shop.example/notice/1234567",
            "shop.example/notice/AnnouncementOfSale",
            "shop.example/notice/privacy-policy-v-2",
            "pl.example/embed/AnjOtnDymBq9Yg0lqC",
            "pl.example/notice/AnjOtnDymBq9Yg0lqC/edit",
            "pl.example/users/AnjOtnDymBq9Yg0lqC",
            f"museum.example{_OBJECT}",
            "shop.example/@ann_b/statuses/110330830792499728",
            "shop.example/@ann_b/posts/110330830792499728",
            "mi.example/@ann_b/pages/9klwx3efx3",
            "mi.example/clips/9klwx3efx3",
            "mi.example/embed/user-timeline/9klwx3efx3",
        )
    ),
    Sample("https://social.example/@ann_b", None),
    Sample("https://social.example/@ann_b/with_replies", None),
    Sample("https://social.example/@ann_b/1", None),
    Sample("https://social.example/@ann_b/123456789012345", None),
    Sample("https://social.example/@ann_b/7288931987239832069", None),
    Sample("https://social.example/@ann_b/110330830792499728/comments", None),
    Sample("https://social.example:8443/@ann_b/110330830792499728", None),
    Sample("https://192.0.2.1/@ann_b/110330830792499728", None),
    Sample("https://localhost/@ann_b/110330830792499728", None),
    Sample("https://social.example/tags/110330830792499728", None),
    Sample("https://social.example/users/ann_b/110330830792499728", None),
    Sample("https://social.example/statuses/110330830792499728", None),
    Sample("https://social.example/objects/8a2f7a0e-0c0e-4d0f-9d5c-2f4f4f3b1a11", None),
    Sample("https://medium.com/@ann_b/110330830792499728", None),
    Sample("https://medium.com/@ann_b/a-title-0123456789ab", None),
    Sample("https://social.example/share?text=https://social.example/@ann_b/110330830792499728", None),
)

TIMES = (
    TimeSample("mastodon.social/114678177720568140", "2025-06-13T21:28:43.910000Z"),
    TimeSample(_ID_A, "2023-05-08T03:01:14.153000Z"),
    TimeSample("pl.example/AnjOtnDymBq9Yg0lqC", "2024-11-05T11:36:44.887000Z"),
    TimeSample("gts.example/01H72HQKW2BNR81VXGAJ9ZQ4TB", "2023-08-05T09:51:21.474000Z"),
    TimeSample("mi.example/9klwx3efx3", "2023-10-09T03:43:25.047000Z"),
    TimeSample("mi.example/8189d7c2f1a0c3b2a1908f7e", "2023-08-09T00:47:04.608000Z"),
    TimeSample("mi.example/g189d7c2f1a0c3b2a1908f7e", "2023-08-09T00:47:04.608000Z"),
    TimeSample(f"pleroma.site{_OBJECT}", None),
    TimeSample("mastodon.social/1", None),
    TimeSample("social.example/7288931987239832069", None),
    TimeSample("x", None),
)

MARKUP_SAMPLES = (
    MarkupSample(
        f'<blockquote class="mastodon-embed" data-embed-url="{_AT}/embed"><a href="{_AT}"><div>Post by '
        "@ann_b@social.example</div><div>View on Mastodon</div></a></blockquote>",
        "blockquote.mastodon-embed",
        _ID_A,
        Claim(handle="ann_b"),
    ),
    MarkupSample(
        f'<blockquote class="mastodon-embed"><a href="{_REMOTE}">Post by @ann_b@far.example</a></blockquote>',
        "blockquote.mastodon-embed",
        _ID_A,
        Claim(handle="ann_b@far.example"),
    ),
    MarkupSample(
        '<iframe src="https://tiny.example/@ann_b/4711/embed" class="mastodon-embed"></iframe>',
        "iframe.mastodon-embed",
        "tiny.example/4711",
    ),
    MarkupSample(
        f'<iframe class="mastodon-embed lazy" data-src="{_AT}/embed"></iframe>', "iframe.mastodon-embed", _ID_A
    ),
    MarkupSample(
        '<iframe src="https://mi.example/embed/notes/algebraics" data-misskey-embed-id="v1_0a1b" loading="lazy">'
        "</iframe>",
        "iframe[data-misskey-embed-id]",
        "mi.example/algebraics",
    ),
    MarkupSample(
        '<iframe src="https://mi.example/embed/user-timeline/9bjv3n9376" data-misskey-embed-id="v1_0a1b"></iframe>',
        None,
        None,
    ),
    MarkupSample('<iframe class="mastodon-embed" src="about:blank"></iframe>', None, None),
    MarkupSample('<a rel="me" class="mastodon" href="https://social.example/@ann_b">Mastodon</a>', None, None),
)
