"""The reel room: posts with videos in pieces (HLS, DASH), and posts that quote and answer each other.

One small server of the fediverse, and the magazine whose two articles cite it. `FILES` tells
what an archive must make of each video.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from archiver.demo.assets import asset_reply, escape, fill, static
from archiver.demo.ids import at, mastodon_id
from archiver.demo.media import avatar, picture
from archiver.demo.platforms.common import iso
from archiver.demo.wire import Delivery, Handler, Reply, Request, html, json_reply, text

__all__ = [
    "FILES",
    "HOSTS",
    "MEDIA",
    "NAMES",
    "PLAYER_URL",
    "REELS_URL",
    "SOCIAL",
    "THREADS_URL",
    "piece",
    "post_url",
]

SOCIAL = "social.reel-room.example"
MEDIA = "media.reel-room.example"
_MAGAZINE = "www.reel-room.example"
#: An article that cites every post with a video.
REELS_URL = f"https://{_MAGAZINE}/this-weeks-reels"
#: An article that cites the last post of a thread, an answer, and a quote of a quote.
THREADS_URL = f"https://{_MAGAZINE}/who-said-what"
#: A page with a video in its markup, and no post.
PLAYER_URL = f"https://{_MAGAZINE}/watch"

_KEY = bytes(range(16))
_PACKET_BYTES = 188


# --- the posts -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Post:
    """One post; `reel` is the address of its video below `MEDIA`, the others are names of posts."""

    words: str
    author: str = "projector"
    reel: str = ""
    answers: str = ""
    quotes: str = ""


_POSTS: Mapping[str, _Post] = {
    "ts": _Post("The lantern boats, from the mole, in twelve seconds.", reel="ts/main.m3u8"),
    "locked": _Post("The same, for those who hold the key.", reel="locked/high.m3u8"),
    "fmp4": _Post("The brass band on the quay, with its sound apart.", reel="fmp4/main.m3u8"),
    "dash": _Post("The dredger leaves the harbour at low water.", reel="dash/main.mpd"),
    "short": _Post("The fog bank, of which the middle went missing.", reel="short/main.m3u8"),
    "live": _Post("The harbour camera, day and night.", reel="live/main.m3u8"),
    "half": _Post("The lock gates, of which half a file was ever put up.", reel="half.mp4"),
    "one": _Post("I have looked at forty reels of this harbour. Here is what they show. 1/3"),
    "two": _Post("Nobody filmed the wall before it broke. 2/3", answers="one"),
    "three": _Post("Everybody filmed it afterwards. 3/3", answers="two"),
    "call": _Post("Does anybody have a reel of the January storm?"),
    "answer": _Post("I have, on eight millimetres.", author="usher", answers="call"),
    "source": _Post("A reel has no memory, it has a label."),
    "quote": _Post("He says that every year.", author="usher", quotes="source"),
    "quoting": _Post("And every year they write it down.", quotes="quote"),
    "lost": _Post("The slipway, on a reel that nobody can find.", reel="lost.mp4"),
}
_IDS = {name: mastodon_id(at("2026-11-07 10:00:00"), salt) for salt, name in enumerate(_POSTS, 1)}
#: The names of the posts.
NAMES = tuple(_POSTS)
_BY_ID = {number: name for name, number in _IDS.items()}


def post_url(name: str) -> str:
    """The permalink of a post (KeyError for a name that is none)."""
    return f"https://{SOCIAL}/@{_POSTS[name].author}/{_IDS[name]}"


def _account(name: str) -> dict[str, str]:
    return {
        "id": "1" if name == "projector" else "2",
        "username": name,
        "acct": name,
        "display_name": f"The {name}",
        "url": f"https://{SOCIAL}/@{name}",
        "avatar": f"https://{SOCIAL}/images/{name}.png",
    }


def _status(name: str) -> dict[str, object]:
    post, number = _POSTS[name], _IDS[name]
    answered = _POSTS.get(post.answers)
    return {
        "id": number,
        "created_at": iso(at("2026-11-07 10:00:00")),
        "visibility": "public",
        "language": "en",
        "uri": f"https://{SOCIAL}/users/{post.author}/statuses/{number}",
        "url": post_url(name),
        "in_reply_to_id": _IDS.get(post.answers),
        "in_reply_to_account_id": _account(answered.author)["id"] if answered else None,
        "reblogs_count": 1,
        "favourites_count": 2,
        "edited_at": None,
        "content": f"<p>{escape(post.words)}</p>",
        "account": _account(post.author),
        "quote": {"state": "accepted", "quoted_status": {"url": post_url(post.quotes)}} if post.quotes else None,
        "mentions": [_account(answered.author)] if answered else [],
        "media_attachments": [_attachment(post)] if post.reel else [],
    }


def _attachment(post: _Post) -> dict[str, object]:
    return {
        "id": "1",
        "type": "video",
        "url": f"https://{MEDIA}/{post.reel}",
        "preview_url": f"https://{SOCIAL}/images/still.jpg",
        "description": "A reel of the harbour",
        "meta": {"original": {"width": 1280, "height": 720, "duration": 12.0, "bitrate": 2_000_000}},
    }


# --- the videos -----------------------------------------------------------------------------------


def _noise(name: str, size: int) -> bytes:
    return hashlib.shake_256(name.encode()).digest(size)


def _packets(name: str, number: int) -> bytes:
    """So many packets of a transport stream: each begins with its sync byte."""
    return b"".join(b"\x47" + _noise(f"{name}-{index}", _PACKET_BYTES - 1) for index in range(number))


def _box(kind: bytes, data: bytes = b"") -> bytes:
    return (len(data) + 8).to_bytes(4) + kind + data


def _beginning(name: str) -> bytes:
    """How a fragmented MP4 file begins: what it is, and a film without pictures yet."""
    header = _box(b"mvhd", bytes(4) + _noise(name, 96))
    return _box(b"ftyp", b"iso6" + bytes(4) + b"iso6dash") + _box(b"moov", header)


def _fragment(name: str, number: int) -> bytes:
    head = _box(b"moof", _box(b"mfhd", bytes(4) + number.to_bytes(4)))
    return _box(b"styp", b"msdh" + bytes(4)) + head + _box(b"mdat", _noise(f"{name}-{number}", 9_000 + 500 * number))


def _locked(data: bytes, number: int) -> bytes:
    """Encrypted as a playlist without an IV says: with the piece's number in its place."""
    padder = PKCS7(128).padder()
    padded = padder.update(data) + padder.finalize()
    sealed = Cipher(algorithms.AES128(_KEY), modes.CBC(number.to_bytes(16))).encryptor()
    return sealed.update(padded) + sealed.finalize()


@cache
def piece(path: str) -> bytes:
    """The bytes at a path of `MEDIA` that are part of a video (KeyError for another)."""
    name, _, number = path.rpartition("-")
    folder = path.partition("/")[0]
    if path == "half.mp4":
        return _whole_file("half")[:-7_000]
    if path in ("dash/sound.mp4", "film.mp4"):
        return _whole_file(path)
    if path == "locked/key":
        return _KEY
    if path == "fmp4/sound.mp4":
        return _beginning("sound") + _fragment("sound", 0) + _fragment("sound", 1)
    if path.endswith("begin.mp4"):
        return _beginning(path)
    if folder not in ("ts", "locked", "short", "live", "fmp4", "dash") or not number.partition(".")[0].isdecimal():
        raise KeyError(path)
    index = int(number.partition(".")[0])
    if folder in ("fmp4", "dash"):
        return _fragment(name, index)
    clear = _packets(path, 60 + index % 7)
    return _locked(clear, index) if folder == "locked" else clear


def _whole_file(name: str) -> bytes:
    return _beginning(name) + _fragment(name, 0) + _fragment(name, 1)


_LINES = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n"
_FORM = "#EXT-X-STREAM-INF:BANDWIDTH={rate},RESOLUTION={size}{more}\n{name}.m3u8\n"


def _master(more: str = "") -> str:
    sizes = (("low", 400_000, "640x360"), ("high", 2_000_000, "1280x720"), ("huge", 9_000_000, "3840x2160"))
    return _LINES + "".join(_FORM.format(rate=rate, size=size, name=name, more=more) for name, rate, size in sizes)


def _listed(pattern: str, numbers: range, *, end: bool = True) -> str:
    lines = "".join(f"#EXTINF:4.0,\n{pattern.format(number)}\n" for number in numbers)
    return f"#EXT-X-MEDIA-SEQUENCE:{numbers.start}\n{lines}" + ("#EXT-X-ENDLIST\n" if end else "")


def _sound_list() -> str:
    first, second = len(_beginning("sound")), len(_fragment("sound", 0))
    return (
        f'#EXT-X-MAP:URI="sound.mp4",BYTERANGE="{first}@0"\n'
        f"#EXTINF:6.0,\n#EXT-X-BYTERANGE:{second}@{first}\nsound.mp4\n"
        f"#EXTINF:6.0,\n#EXT-X-BYTERANGE:{len(_fragment('sound', 1))}\nsound.mp4\n#EXT-X-ENDLIST\n"
    )


_APART = (
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="s",NAME="Sound",DEFAULT=YES,URI="sound.m3u8"\n'
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="other",NAME="Other",URI="other.m3u8"\n'
)
_TEMPLATE = (
    '<SegmentTemplate timescale="1000" initialization="$RepresentationID$-begin.mp4" startNumber="0" '
    'media="$RepresentationID$-$Number$.m4s"><SegmentTimeline><S t="0" d="4000" r="1"/><S d="2500"/>'
    "</SegmentTimeline></SegmentTemplate>"
)
_PLAYLISTS: Mapping[str, str] = {
    "ts/main.m3u8": _master(),
    "ts/high.m3u8": _LINES + _listed("high-{}.ts", range(3)),
    "ts/low.m3u8": _LINES + _listed("low-{}.ts", range(3)),
    "locked/high.m3u8": _LINES + '#EXT-X-KEY:METHOD=AES-128,URI="key"\n' + _listed("high-{}.ts", range(7, 9)),
    "fmp4/main.m3u8": _master(',AUDIO="s"') + _APART,
    "fmp4/high.m3u8": _LINES + '#EXT-X-MAP:URI="high-begin.mp4"\n' + _listed("high-{}.m4s", range(3)),
    "fmp4/sound.m3u8": _LINES + _sound_list(),
    "short/main.m3u8": _LINES + _listed("part-{}.ts", range(4)),
    "dash/main.mpd": (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT10.5S"><Period><AdaptationSet contentType="video">'
        f'{_TEMPLATE}<Representation id="low" bandwidth="400000" height="360"/>'
        '<Representation id="high" bandwidth="2000000" height="720"/></AdaptationSet>'
        '<AdaptationSet mimeType="audio/mp4"><Representation id="sound" bandwidth="96000">'
        '<BaseURL>sound.mp4</BaseURL><SegmentBase indexRange="0-9"/></Representation></AdaptationSet></Period></MPD>'
    ),
}


def _joined(*paths: str) -> bytes:
    return b"".join(piece(path) for path in paths)


def _files() -> dict[str, dict[str, bytes]]:
    return {
        "ts": {"media/1.ts": _joined(*(f"ts/high-{n}.ts" for n in range(3)))},
        "locked": {"media/1.ts": b"".join(_packets(f"locked/high-{n}.ts", 60 + n % 7) for n in (7, 8))},
        "fmp4": {
            "media/1.mp4": _joined("fmp4/high-begin.mp4", *(f"fmp4/high-{n}.m4s" for n in range(3))),
            "media/1.audio.m4a": piece("fmp4/sound.mp4"),
        },
        "dash": {
            "media/1.mp4": _joined("dash/high-begin.mp4", *(f"dash/high-{n}.m4s" for n in range(3))),
            "media/1.audio.m4a": piece("dash/sound.mp4"),
        },
        "short": {"media/1.part.ts": _joined("short/part-0.ts", "short/part-1.ts")},
        "live": {"media/1.part.ts": _joined(*(f"live/cam-{n}.ts" for n in range(3, 6)))},
        "half": {},
        "lost": {},
    }


#: Post → the files that an archive must make of its video, with their bytes.
FILES: Mapping[str, Mapping[str, bytes]] = _files()


# --- the sites ------------------------------------------------------------------------------------

_TYPES = {"m3u8": "application/vnd.apple.mpegurl", "mpd": "application/dash+xml", "ts": "video/mp2t"}


def _media(request: Request) -> Reply:
    path = request.path.removeprefix("/")
    media_type = _TYPES.get(path.rpartition(".")[2], "video/mp4")
    if path == "live/main.m3u8":
        # Three pieces at a time, and no end. It would go on for ever.
        return Reply((_LINES + _listed("cam-{}.ts", range(3, 6), end=False)).encode(), media_type)
    if path in _PLAYLISTS:
        return Reply(_PLAYLISTS[path].encode(), media_type, cross_origin=True)
    try:
        reply = Reply(piece(path), media_type, ranges=True, cross_origin=True)
    except KeyError:
        return text("Not found\n", 404)
    return replace(reply, delivery=Delivery.SHORT) if path == "short/part-2.ts" else reply


def _social(request: Request) -> Reply:
    parts = request.segments
    name = _BY_ID.get(parts[-1] if parts and parts[-1] != "embed" else "".join(parts[-2:-1]))
    if parts[:3] == ("api", "v1", "statuses"):
        return json_reply(_status(name)) if name else json_reply({"error": "Record not found"}, 404)
    if name and parts[0].startswith("@"):
        state = f'{{"meta":{{"domain":"{SOCIAL}"}},"status_id":"{_IDS[name]}"}}'
        return html(fill("mastodon/embed.html", title="The reel room", state=state))
    if parts[:1] == ("images",):
        still = parts[-1] == "still.jpg"
        return Reply(picture("harbour") if still else avatar(parts[-1]), "image/jpeg" if still else "image/png")
    return (static(request, "mastodon") or asset_reply("mastodon/elephant.svg")) if parts[:1] == ("packs",) else _none()


def _none() -> Reply:
    return text("Not found\n", 404)


def _article(title: str, names: list[str]) -> Reply:
    links = "".join(f'<p>Reel: <a href="{post_url(name)}">see it</a>.</p>' for name in names)
    body = f"<article><h1>{title}</h1><p>What was shown in the reel room.</p>{links}</article>"
    return html(fill("shared/plain.html", title=title, body=body))


def _magazine(request: Request) -> Reply:
    url = f"https://{_MAGAZINE}{request.path}"
    if url == REELS_URL:
        return _article("This week's reels", list(FILES))
    if url == THREADS_URL:
        return _article("Who said what", ["three", "answer", "quoting"])
    if url == PLAYER_URL:
        video = f'<h1>The film</h1><video src="https://{MEDIA}/film.mp4" controls></video>'
        return html(fill("shared/plain.html", title="The film", body=video))
    return _none()


HOSTS: dict[str, Handler] = {SOCIAL: _social, MEDIA: _media, _MAGAZINE: _magazine}
