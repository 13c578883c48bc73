"""HLS and DASH manifests, and what a record says stands around a post: on texts and records, without a network."""

import re
import string
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from storefixtures import capture_draft, post, ticking_clock

from archiver.model.records import MediaRef, PostRecord
from archiver.model.rendering import RenderEnd, Rendering, RenderPlan, Sign
from archiver.model.states import Availability, Reason, Relation
from archiver.model.urls import parse_url
from archiver.platforms import identify, platform_named
from archiver.platforms.base import Answer
from archiver.steps import dash, hls
from archiver.steps.context import Surroundings, neighbours
from archiver.steps.page_media import with_page_media
from archiver.steps.streams import Bounds, Lock, Piece, Track

AT = "https://m.example/a/list.m3u8"
KEY = "https://m.example/a/k"


def listed(*lines, end=True):
    text = "\n".join(("#EXTM3U", *lines, *(("#EXT-X-ENDLIST",) if end else ())))
    found = hls.read_playlist(text.encode(), AT)
    assert isinstance(found, hls.Playlist)
    return found


# --- HLS ----------------------------------------------------------------------------------------------


def test_pieces_are_absolute_and_in_order():
    found = listed(
        "#EXTINF:4.0,a title", "one.ts", "#EXTINF:2.5", "", "/b/two.ts?x=1", "#EXTINF:1,", "//c.example/three"
    )
    urls = ["https://m.example/a/one.ts", "https://m.example/b/two.ts?x=1", "https://c.example/three"]
    assert [piece.url for piece in found.pieces] == urls
    assert (found.seconds, found.ended, found.begun) == (7.5, True, 0)


def test_a_byte_range_without_a_beginning_goes_on_where_the_last_of_its_file_ended():
    found = listed(
        "#EXT-X-BYTERANGE:10@5", "#EXTINF:1,", "f", "#EXT-X-BYTERANGE:20", "#EXTINF:1,", "f", "#EXTINF:1,", "g"
    )
    assert [(one.first, one.length) for one in found.pieces] == [(5, 10), (15, 20), (0, None)]


def test_a_key_counts_from_its_line_on_and_the_number_of_a_piece_is_its_first_block():
    found = listed(
        "#EXT-X-MEDIA-SEQUENCE:7",
        "#EXTINF:1,",
        "a",
        '#EXT-X-KEY:METHOD=AES-128,URI="k"',
        "#EXTINF:1,",
        "b",
        '#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0xFF',
        "#EXTINF:1,",
        "c",
        "#EXT-X-KEY:METHOD=NONE",
        "#EXTINF:1,",
        "d",
    )
    told = [None, Lock(KEY, (8).to_bytes(16)), Lock(KEY, (255).to_bytes(16)), None]
    assert [piece.lock for piece in found.pieces] == told


def test_a_beginning_is_put_before_its_pieces_and_again_where_it_changes():
    found = listed(
        '#EXT-X-MAP:URI="i1"', "#EXTINF:1,", "a", "#EXTINF:1,", "b", '#EXT-X-MAP:URI="i2"', "#EXTINF:1,", "c"
    )
    assert [one.url.rpartition("/")[2] for one in found.pieces] == ["i1", "a", "b", "i2", "c"]
    assert found.begun == 2


@pytest.mark.parametrize(
    ("lines", "end", "cut", "locked"),
    [
        ([], True, "", ""),
        ([], False, "it is live: the 2 pieces listed at the time are kept", ""),
        (["#EXT-X-GAP", "#EXTINF:1,", "x"], True, "1 of its pieces are marked as missing", ""),
        (['#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k"', "#EXTINF:1,", "x"], True, "", "SAMPLE-AES"),
        (["#EXTINF:1,", "x"] * 9, True, "only the first 5 of 11 pieces are kept", ""),
    ],
)
def test_what_is_known_not_to_be_all_is_said(lines, end, cut, locked):
    found = listed(*["#EXTINF:1,", "a"] * 2, *lines, end=end)
    track = hls.track_of(found, "video", Bounds(pieces=5))
    assert (track.cut, track.locked) == (cut, locked)


def test_the_best_quality_within_the_bound_is_tried_first_and_too_large_ones_last():
    sizes = [("a", 100, 360), ("b", 900, 2160), ("c", 300, 1080), ("d", 500, 1080), ("e", 800, 1440)]
    lines = [f"#EXT-X-STREAM-INF:BANDWIDTH={rate},RESOLUTION=1x{high}\n{name}" for name, rate, high in sizes]
    master = hls.read_playlist("\n".join(("#EXTM3U", *lines)).encode(), AT)
    assert isinstance(master, hls.Master)
    assert [one.url[-1] for one in hls.ordered(master, Bounds(height_px=1080))] == ["d", "c", "a", "e", "b"]


def test_commas_and_equals_signs_in_quotes_end_nothing():
    text = '#EXTM3U\n#EXT-X-STREAM-INF:CODECS="a=1,BANDWIDTH=9",BANDWIDTH=5,AUDIO="x,y"\nv\n'
    master = hls.read_playlist(text.encode(), AT)
    assert master == hls.Master((hls.Variant("https://m.example/a/v", 5, 0, "x,y"),), ())


def test_a_hostile_playlist_is_read_in_no_time():
    keyed = [f'#EXT-X-KEY:METHOD=AES-128,URI="k{n}"\n#EXTINF:1,\na{n}' for n in range(20_000)]
    started_s = time.process_time()
    assert len(listed(*keyed).pieces) == 20_000
    listed("#EXT-X-MAP:" + 'A="' * 100_000, "#EXTINF:" + "9" * 100_000, "#EXT-X-KEY:" + "A" * 200_000 + "=")
    assert time.process_time() - started_s < 5


LINES = st.lists(
    st.one_of(
        st.sampled_from(["#EXTINF:1,", "a.ts", "#EXT-X-ENDLIST", "#EXT-X-GAP", "#EXT-X-STREAM-INF:", "http://[x"]),
        st.text(string.printable, max_size=40).map(lambda text: "#EXT-X-" + text),
        st.sampled_from(["MAP", "KEY", "BYTERANGE", "MEDIA", "MEDIA-SEQUENCE"]).map(lambda name: f"#EXT-X-{name}:x=1"),
    )
)


@given(LINES)
@example(["a:"])
@example(["//[x"])
def test_no_playlist_raises_and_every_address_is_whole_or_none_of_the_webs(lines):
    read = hls.read_playlist("\n".join(lines).encode(), AT)
    listed = read.variants if isinstance(read, hls.Master) else read.pieces
    for one in listed:
        # Another scheme's, or one that can't be joined: asking for it is refused, and the piece is told to lack.
        foreign = re.match(r"(?!https?:)[a-z][a-z0-9+.-]*:|.*[\[\]]", one.url, re.IGNORECASE) and not parse_url(one.url)
        assert one.url.startswith(("https://", "http://")) or foreign


# --- DASH -----------------------------------------------------------------------------------------------

MPD = "https://m.example/d/x.mpd"


def tracks(inner, more="", **bounds):
    body = f'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" {more}><Period>{inner}</Period></MPD>'
    return dash.read_manifest(body.encode(), MPD, Bounds(**bounds))


def video(inner, more=""):
    return f'<AdaptationSet mimeType="video/mp4">{inner}</AdaptationSet>{more}'


def names(track):
    return [piece.url.removeprefix("https://m.example/d/") for piece in track.pieces]


def test_a_template_by_number_lasts_as_long_as_the_film():
    found = tracks(
        video(
            '<SegmentTemplate timescale="10" duration="40" startNumber="5" initialization="i-$Bandwidth$" '
            'media="$RepresentationID$/$Number%03d$$$"/><Representation id="v" bandwidth="9" height="10"/>'
        ),
        'mediaPresentationDuration="PT0H0M9.5S"',
    )
    assert [(track.kind, track.begun, track.cut) for track in found] == [("video", 1, "")]
    assert names(found[0]) == ["i-9", "v/005$", "v/006$", "v/007$"]


def test_a_timeline_repeats_to_the_end_of_the_film():
    line = '<SegmentTemplate timescale="1" media="$Time$"><SegmentTimeline><S t="3" d="2" r="1"/><S d="4" r="-1"/>'
    found = tracks(
        video(f'{line}</SegmentTimeline></SegmentTemplate><Representation id="v"/>'),
        'mediaPresentationDuration="PT17S"',
    )
    assert names(found[0]) == ["3", "5", "7", "11", "15"]


def test_a_list_and_a_single_file_and_addresses_from_above():
    lists = (
        '<SegmentList><Initialization sourceURL="i" range="0-9"/><SegmentURL media="a"/>'
        '<SegmentURL media="a" mediaRange="5-7"/></SegmentList>'
    )
    found = tracks(
        "<BaseURL>p/</BaseURL>"
        + video(f'<BaseURL>q/</BaseURL><Representation id="v">{lists}</Representation>')
        + '<AdaptationSet contentType="audio"><Representation id="s"><BaseURL>/s.mp4</BaseURL></Representation>'
        "</AdaptationSet>"
    )
    base = "https://m.example/d/p/q/"
    assert found == (
        Track("video", (Piece(base + "i", 0, 10), Piece(base + "a"), Piece(base + "a", 5, 3)), 1),
        Track("audio", (Piece("https://m.example/s.mp4"),)),
    )


def test_the_best_within_the_bounds_is_chosen_else_the_smallest():
    sizes = "".join(
        f'<Representation id="{high}" height="{high}" bandwidth="{rate}"><BaseURL>{high}.mp4</BaseURL></Representation>'
        for high, rate in ((360, 80), (720, 800), (1080, 8_000), (2160, 80_000))
    )
    long = 'mediaPresentationDuration="PT100S"'
    assert names(tracks(video(sizes), long)[0]) == ["1080.mp4"]
    assert names(tracks(video(sizes), long, total_bytes=20_000)[0]) == ["720.mp4"]
    assert names(tracks(video(sizes), long, height_px=100)[0]) == ["360.mp4"]


def test_what_has_no_end_and_what_is_locked_is_said():
    inner = '<SegmentTemplate duration="1" media="$Number$"/><ContentProtection/><Representation id="v"/>'
    (found,) = tracks(video(inner), 'type="dynamic" mediaPresentationDuration="PT9999999S"', pieces=4)
    assert (len(found.pieces), found.cut, found.locked) == (4, "only the first 4 pieces are kept", "content protection")
    (live,) = tracks(video(inner), 'type="dynamic" mediaPresentationDuration="PT3S"')
    assert live.cut == "it is live: the pieces listed at the time are kept"


@pytest.mark.parametrize(
    "body",
    [
        b"<MPD",
        b"<MPD/>",
        b'<!DOCTYPE MPD [<!ENTITY a SYSTEM "file:///etc/passwd">]><MPD><Period>&a;</Period></MPD>',
        b"<MPD><Period><AdaptationSet mimeType='video/mp4'><Representation/></AdaptationSet></Period></MPD>",
        b"<MPD><Period><AdaptationSet mimeType='video/mp4'><SegmentTemplate media='x'/></AdaptationSet></Period></MPD>",
    ],
)
def test_what_is_no_manifest_has_no_tracks(body):
    assert dash.read_manifest(body, MPD, Bounds()) == ()


# --- what stands around a post -----------------------------------------------------------------------


def a_post(number):
    return f"https://x.com/i/status/{number}"


def captured(record, availability=Availability.LIVE, number=21):
    draft = capture_draft(SimpleNamespace(run_id="run"), ticking_clock(), post(number))
    return replace(draft, record=record, availability=availability)


ALL = PostRecord(text="t", quoted=a_post(22), parent=a_post(23), thread=(a_post(23), a_post(24)))


def test_a_record_names_what_is_quoted_answered_and_continued_each_once():
    found = [(resource.post_id, relation) for resource, relation in neighbours(captured(ALL))]
    assert found == [("22", Relation.QUOTED), ("23", Relation.THREAD), ("24", Relation.THREAD)]


@pytest.mark.parametrize(
    "capture",
    [
        captured(ALL, Availability.GONE_DELETED),
        captured(ALL, Availability.LOGIN),
        captured(ALL, Availability.UNCLEAR),
        captured(None),
        captured(PostRecord(quoted=a_post(21), parent="https://example.com/page", thread=("mailto:x", ""))),
    ],
    ids=["gone", "restricted", "unclear", "without record", "itself, a page, no address"],
)
def test_nothing_stands_around_what_is_not_shown_and_what_is_no_post_is_left_out(capture):
    assert neighbours(capture) == ()


def test_a_thread_is_one_step_as_a_whole_and_a_quote_in_it_is_another():
    def around(depth):
        surroundings = Surroundings([post(21)], depth=depth, most=9, met=set())
        first = surroundings.of(captured(PostRecord(thread=(a_post(22),)), number=21))
        second = surroundings.of(captured(PostRecord(thread=(a_post(21), a_post(23)), quoted=a_post(24)), number=22))
        return [[item.resource.post_id for item in found] for found in (first, second)]

    assert around(0) == [[], []]
    assert around(1) == [["22"], ["23"]]
    assert around(2) == [["22"], ["24", "23"]]


def test_what_was_context_before_in_a_run_is_not_given_again():
    met = set()
    for expected in (["22", "23", "24"], []):
        surroundings = Surroundings([post(21)], depth=1, most=9, met=met)
        assert [item.resource.post_id for item in surroundings.of(captured(ALL))] == expected


# --- media as records name them --------------------------------------------------------------------------


def record_of(url, body, request=0):
    ref = identify(url)
    platform = platform_named(ref.platform)
    return platform.read_record(ref, platform.record_requests(ref)[request], Answer(200, body.encode())).record


def test_x_names_pictures_as_uploaded_and_the_best_of_its_video_files():
    body = (
        '{"__typename":"Tweet","id_str":"20","text":"t","user":{"id_str":"7","screen_name":"a"},'
        '"in_reply_to_status_id_str":"19","in_reply_to_user_id_str":"7","quoted_tweet":{"id_str":"18"},"mediaDetails":['
        '{"type":"photo","media_url_https":"https://pbs.twimg.com/media/K.jpg","ext_alt_text":"alt",'
        '"original_info":{"width":4000,"height":3000}},{"type":"video","media_url_https":"https://pbs.twimg.com/p.jpg",'
        '"video_info":{"duration_millis":9000,"variants":[{"content_type":"application/x-mpegURL","url":"https://v/l.m3u8"},'
        '{"content_type":"video/mp4","bitrate":300,"url":"https://v/a/vid/320x180/a.mp4"},'
        '{"content_type":"video/mp4","bitrate":900,"url":"https://v/a/vid/1280x720/b.mp4"}]}}]}'
    )
    record = record_of(a_post(20), body)
    photo = MediaRef(
        "https://pbs.twimg.com/media/K?format=jpg&name=orig",
        "image",
        "alt",
        width_px=4000,
        height_px=3000,
        alternatives=("https://pbs.twimg.com/media/K.jpg",),
    )
    film = MediaRef(
        "https://v/a/vid/1280x720/b.mp4",
        "video",
        media_type="video/mp4",
        width_px=1280,
        height_px=720,
        duration_ms=9000,
        bitrate_bps=900,
        alternatives=("https://v/a/vid/320x180/a.mp4", "https://v/l.m3u8"),
    )
    assert record.media == (photo, replace(film, alternatives=("https://v/l.m3u8",)))
    assert (record.quoted, record.parent, record.thread) == (a_post(18), a_post(19), (a_post(19),))


def test_reddit_names_manifests_before_the_file_without_sound_and_what_was_crossposted():
    body = (
        '[{"data":{"children":[{"data":{"id":"abc","title":"T","author":"u","crosspost_parent":"t3_xyz","media":'
        '{"reddit_video":{"fallback_url":"https://v.redd.it/1/f.mp4","dash_url":"https://v.redd.it/1/d.mpd",'
        '"hls_url":"https://v.redd.it/1/h.m3u8","width":10,"height":20,"duration":3,"bitrate_kbps":5}}}}]}}]'
    )
    record = record_of("https://www.reddit.com/comments/abc", body)
    urls = ("https://v.redd.it/1/d.mpd", "https://v.redd.it/1/h.m3u8", "https://v.redd.it/1/f.mp4")
    assert [(one.url, *one.alternatives) for one in record.media] == [urls]
    assert record.quoted == "https://www.reddit.com/comments/xyz"


def test_bluesky_names_the_playlist_and_the_authors_own_thread():
    did, other = "did:plc:" + "a" * 24, "did:plc:" + "b" * 24
    uri = "at://{}/app.bsky.feed.post/3lqoiswt3l22{}"
    body = (
        f'{{"posts":[{{"uri":"{uri.format(did, 2)}","author":{{"did":"{did}","handle":"a.example"}},"embed":'
        '{"playlist":"https://video.bsky.app/p.m3u8","thumbnail":"https://video.bsky.app/t.jpg","alt":"x"},'
        f'"record":{{"text":"t","reply":{{"parent":{{"uri":"{uri.format(other, 3)}"}},'
        f'"root":{{"uri":"{uri.format(did, 4)}"}}}}}}}}]}}'
    )
    record = record_of(f"https://bsky.app/profile/{did}/post/3lqoiswt3l222", body)
    assert [(one.kind, one.url) for one in record.media] == [
        ("video", "https://video.bsky.app/p.m3u8"),
        ("image", "https://video.bsky.app/t.jpg"),
    ]
    assert (record.parent, record.thread) == (uri.format(other, 3), (uri.format(did, 4),))


# --- media as pages show them ----------------------------------------------------------------------------


def shown(markup, *, record=None, name="instagram", signs=()):
    plan = RenderPlan("https://www.instagram.com/p/a/", media=(".m img", ".m video"))
    page = Rendering(RenderEnd.READY, final_url=plan.url, dom=f"<div class=m>{markup}</div>".encode(), signs=signs)
    return with_page_media(record, platform_named(name), plan, page)


def test_of_a_picture_on_the_page_the_largest_is_taken_and_others_stand_behind_it():
    found = shown(
        '<img alt="A" src="/s.jpg" srcset="/1.jpg 320w, /3.jpg 1080w, /2.jpg 640w"><img src="data:image/png,x">'
    )
    at = "https://www.instagram.com"
    assert found.media == (MediaRef(f"{at}/3.jpg", "image", "A", alternatives=(f"{at}/2.jpg", f"{at}/1.jpg")),)


def test_of_a_video_its_file_is_taken_and_its_still_where_it_has_none():
    assert [
        (one.kind, one.url[-5:]) for one in shown('<video><source src="https://c.example/v.mp4"></video>').media
    ] == [("video", "v.mp4")]
    fed = shown('<video src="blob:https://x/1" poster="https://c.example/p.jpg"></video>')
    assert [(one.kind, one.url[-5:]) for one in fed.media] == [("image", "p.jpg")]


def test_a_record_keeps_its_media_where_the_page_shows_none_or_a_wall_or_is_not_asked():
    record, img = PostRecord(media=(MediaRef("https://c.example/t.jpg", "image"),)), '<img src="/s.jpg">'
    wall = Sign("body", Availability.LOGIN, Reason.LOGIN_WALL)
    kept = (shown("", record=record), shown(img, record=record, signs=(wall,)), shown(img, record=record, name="x"))
    assert kept == (record, record, record)
