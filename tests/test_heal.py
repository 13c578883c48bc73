"""Lost embeds come back as cards, and not a byte of the page beside them changes."""

import base64
import codecs
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from healing import GONE_AT, LINK_BASE, EverythingLost, LostHome, a_copy, html, outside
from storefixtures import ENVIRONMENT, page, post

from archiver.lookup.heal import heal, undo
from archiver.lookup.heal_copies import Copy, NoCopy
from archiver.lookup.heal_tokens import attributes, tags_of
from archiver.model.errors import InputUnreadable
from archiver.model.overtime import CopyState, Event, EventKind, OtherCopy
from archiver.model.records import Document, Observation, PostRecord
from archiver.model.states import Availability, Outcome

ID = "1508955577374146568"
WIDGET = '<script async src="https://platform.twitter.com/widgets.js" charset="utf-8"></script>'


def tweet(number=ID, text="Hello", handle="ann_b"):
    return (
        f'<blockquote class="twitter-tweet"><p lang="en" dir="ltr">{text}</p>&mdash; Ann (@{handle}) '
        f'<a href="https://twitter.com/{handle}/status/{number}?ref_src=twsrc%5Etfw">March 29, 2022</a></blockquote>'
    )


def story(*parts):
    body = "\n".join(
        f"<p>Paragraph {n} of the article, long enough to be one.</p>\n{part}" for n, part in enumerate(parts)
    )
    return f"<!doctype html><html><body><article>{body}<p>The end of it all.</p></article></body></html>".encode()


def healed(body, copies=None, **options):
    return heal(html(body), copies=copies or EverythingLost(), **options)


class Only:
    """Of all posts only these are lost."""

    def __init__(self, *ids):
        self._ids = ids

    def of(self, resource):
        return a_copy(resource, lost=resource.post_id in self._ids)


def replaced(body, found):
    return [body[one.start : one.end].decode() for one in found.replacements]


def why(body, copies=None):
    found = healed(body, copies)
    assert found.replacements == ()
    return [one.why for one in found.left]


# --- what is replaced ---------------------------------------------------------------------------


def test_a_lost_embed_becomes_a_card_and_nothing_else_changes():
    body = story(tweet())
    found = healed(body)
    assert replaced(body, found) == [tweet()]
    assert outside(body, found) == found.body
    assert found.body.count(b'<figure class="archiver-card"') == 1
    assert b"Nine hulls &amp; four hundred lanterns." in found.body


def test_what_is_healed_again_stays_as_it_is():
    body = healed(story(tweet(), tweet("1508955577374146569"))).body
    again = healed(body)
    assert (again.body, again.again) == (body, True)


def test_undo_gives_the_original_back():
    body = story(tweet(), f'<a href="https://x.com/a/status/{ID}">there</a>')
    assert undo(html(healed(body).body)).body == body
    assert undo(html(healed(body).body)).exact


def test_a_page_that_was_never_healed_is_undone_to_itself():
    body = story(tweet())
    assert undo(html(body)).body == body


def test_a_living_embed_stays_and_with_all_it_is_replaced_too():
    body, living = story(tweet()), EverythingLost(lost=False)
    assert healed(body, living).body == body
    assert replaced(body, healed(body, living, everything=True)) == [tweet()]


def test_an_embeds_own_script_goes_with_it():
    body = story(tweet() + "\n" + WIDGET)
    assert replaced(body, healed(body)) == [tweet() + "\n" + WIDGET]


def test_a_script_stays_while_another_embed_of_its_platform_lives():
    body = story(tweet() + WIDGET, tweet("1508955577374146569"))
    assert replaced(body, healed(body, Only(ID))) == [tweet()]


def test_a_script_that_is_not_the_embeds_own_stays():
    script = "<script>track()</script>"
    body = story(tweet() + script)
    assert replaced(body, healed(body)) == [tweet()]


def test_the_script_that_is_the_next_embed_is_no_script_of_the_last_one():
    one, two = (
        f'<script async src="https://telegram.org/js/telegram-widget.js?22" data-telegram-post="chan/{n}"></script>'
        for n in (1, 2)
    )
    body = story(one + two)
    assert replaced(body, healed(body)) == [one, two]


def test_a_script_that_names_the_element_goes_with_it():
    code = '<div id="vk_post_-1_45616"></div><script>VK.Widgets.Post("vk_post_-1_45616", -1, 45616, "x");</script>'
    body = story(code)
    assert replaced(body, healed(body)) == [code]


def test_the_twin_for_readers_without_scripts_goes_too():
    frame = '<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ"></iframe>'
    body = story(
        f'<div class="lazy" data-src="https://www.youtube.com/embed/dQw4w9WgXcQ"></div><noscript>{frame}</noscript>'
    )
    found = healed(body)
    assert [one.twin for one in found.replacements] == [False, True]
    assert found.body.count(b"archiver-card") == 1
    assert frame.encode() not in found.body
    assert undo(html(found.body)).body == body


def test_an_embed_that_only_noscript_holds_is_shown_to_everybody():
    frame = '<noscript> <iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ"></iframe> </noscript>'
    body = story(frame)
    assert replaced(body, healed(body)) == [frame]


def test_a_box_of_a_frames_height_goes_with_the_frame():
    box = '<div style="position:relative;padding-bottom:56.25%;height:0"><iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ"></iframe></div>'
    outer = f'<div class="embed-responsive">{box.replace("dQw4w9WgXcQ", "sM7rGt26LnQ")}</div>'
    body = story(box, outer)
    assert replaced(body, healed(body)) == [box, outer]


def test_the_articles_own_caption_stays():
    frame = '<div class="w"><iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ"></iframe></div>'
    body = story(f'<figure class="wp-block-embed">{frame}<figcaption>Our own words</figcaption></figure>')
    found = healed(body)
    assert b"<figcaption>Our own words</figcaption>" in found.body
    assert outside(body, found) == found.body


def test_in_a_paragraph_a_card_is_a_phrase():
    body = story('<p>See <iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ"></iframe> there</p>')
    card = healed(body).replacements[0].markup
    assert 'role="figure"' in card
    assert not re.findall(r"<(?:figure|p|div|blockquote|figcaption)\b", card)


def test_an_embed_in_an_attribute_is_replaced_with_its_element():
    code = base64.b64encode(b'<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ"></iframe>').decode()
    placeholder = f'<div class="consent" data-content="{code}"><p>Accept cookies?</p></div>'
    body = story(placeholder)
    assert replaced(body, healed(body)) == [placeholder]


# --- what is left alone --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        (f'<blockquote class="twitter-tweet"><a href="https://x.com/a/status/{ID}">x</a>', "has no end tag"),
        (
            f'<blockquote class="twitter-tweet"><b><a href="https://x.com/a/status/{ID}">x</a></blockquote></b>',
            "badly nested",
        ),
        (f'<a href="https://news.example/x"><div data-tweet-id="{ID}"></div></a>', "inside of a link"),
        (f"<script>twttr.widgets.createTweet('{ID}', box)</script>", "script of the page"),
        (f'<ul><div data-tweet-id="{ID}"></div></ul>', "directly in a <ul>"),
        (f'<div style="display:none"><p>x</p><div data-tweet-id="{ID}"></div></div>', "hidden"),
        (f'<section data-tweet-id="{ID}"><p>Words</p></section>', "holds more than the embed"),
        (f'<div data-tweet-id="{ID}"><p>{"words of the article " * 60}</p></div>', "more text than an embed"),
        (f'<noscript><p>Other</p><div data-tweet-id="{ID}"></div></noscript>', "with other things"),
    ],
)
def test_what_is_not_certain_is_left_alone_and_said(markup, reason):
    (told,) = why(story(markup))
    assert reason in told


def test_an_element_with_another_embed_in_it_is_left_alone():
    other = '<blockquote class="instagram-media" data-instgrm-permalink="https://www.instagram.com/p/Dfc77Sb7W5N/"></blockquote>'
    assert why(story(f'<div data-tweet-id="{ID}"><p>Hi</p>{other}</div>'), Only(ID)) == [
        "other things that the article cites stand in it"
    ]


def test_a_broken_embed_keeps_no_other_from_being_healed():
    body = story(tweet(), '<a href="https://news.example/x"><div data-tweet-id="1508955577374146569"></div></a>')
    found = healed(body)
    assert (len(found.replacements), len(found.left)) == (1, 1)


def test_only_html_can_be_healed():
    with pytest.raises(InputUnreadable, match="text/markdown"):
        heal(Document("a.md", b"# A", "text/markdown"), copies=EverythingLost())


def test_a_page_whose_letters_look_like_markup_is_refused():
    with pytest.raises(InputUnreadable, match="iso2022_jp"):
        healed("<meta charset=iso-2022-jp><p>東京</p>".encode("iso2022_jp"))


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_a_page_that_ends_in_the_middle_of_a_letter_is_refused(codec):
    with pytest.raises(InputUnreadable, match="middle of a letter"):
        healed(f"\ufeff<p>東京</p>{tweet()}".encode(codec)[:-1])


def test_a_player_of_the_same_video_that_follows_directly_is_replaced_once():
    player = '<script src="https://geo.dailymotion.com/player/x86gw.js" data-video="x8k3drq"></script>'
    body = story('<amp-dailymotion data-videoid="x8k3drq" width="480"></amp-dailymotion>' + player)
    found = healed(body)
    assert [one.twin for one in found.replacements] == [False, True]
    assert undo(html(found.body)).body == body


def test_a_paragraph_that_only_the_embed_ended_has_an_end_still():
    alone = healed(story(f"<b><p>{tweet()}beside it</b>")).body
    assert re.search(rb"<b><p><!--archiver:healed [^>]*--><figure ", alone)
    as_a_twin = healed(story(f"{tweet()}<p>{tweet()}beside it")).body
    assert re.search(rb"<p><!--archiver:healed [^>]*--></p><!--/archiver:healed-->beside it", as_a_twin)


def test_a_card_does_not_end_a_paragraph_however_deep_in_it():
    body = healed(story('<p><x-box><iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ"></iframe></x-box>')).body
    assert re.search(rb"<x-box><!--archiver:healed [^>]*--><span ", body)


def test_what_follows_a_link_that_was_left_open_is_left_alone_up_to_the_next_link():
    left_open = '<div><a href="https://news.example/x">more</div>'
    assert why(story(left_open + tweet())) == ["a link before it has no end tag, and would end in the card"]
    assert len(healed(story(f'{left_open}<a href="https://news.example/y">y</a>{tweet()}')).replacements) == 1


def test_a_card_that_would_make_an_embed_of_what_is_around_it_is_left_out():
    post = "https://embed.tumblr.com/embed/post/9NYQOutKOEXi4aopdzCr9A/185958366550"
    link = '<a href="https://bells.example/post/185958366550">x</a></div>'
    body = f'<iv class="tumblr-post" data-"{post}">{link}<div class="tumblr-post" data-href="{post}">{link}'.encode()
    assert why(body) == ["in the page's broken markup its card would change what else the page mentions"]


def test_a_frame_that_no_browser_shows_in_a_body_is_left_alone():
    body = story('<frame src="https://www.youtube.com/embed/dQw4w9WgXcQ">', tweet())
    found = healed(body)
    assert (len(found.replacements), [one.why for one in found.left]) == (
        1,
        ["its <frame> holds more than the embed, or shows nothing"],
    )


# --- bytes ------------------------------------------------------------------------------------------

_ODD = f"<p>Año – 東京</p>\r\n{tweet()}\r<p>\r\n</p>"


@pytest.mark.parametrize(
    "body",
    [
        codecs.BOM_UTF8 + _ODD.encode(),
        codecs.BOM_UTF16_LE + _ODD.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + _ODD.encode("utf-16-be"),
        b'<meta charset="shift_jis">' + _ODD.replace("ñ", "n").replace("–", "-").encode("shift_jis"),
        b'<meta charset="windows-1252">' + _ODD.replace("東京", "").encode("cp1252"),
        b'<meta charset="gb18030">' + _ODD.encode("gb18030"),
        b'<meta charset="utf-8">\x80\xff\x00 <i>\xed\xa0\x80</i>' + _ODD.encode(),
    ],
    ids=["utf-8 with a mark", "utf-16-le", "utf-16-be", "shift_jis", "windows-1252", "gb18030", "invalid bytes"],
)
def test_every_byte_of_the_page_stays_whatever_it_is_written_in(body):
    found = healed(body)
    assert len(found.replacements) == 1
    assert outside(body, found) == found.body
    assert undo(html(found.body)).body == body
    assert healed(found.body).body == found.body


def test_the_report_has_what_another_system_needs_to_do_it_itself():
    body = codecs.BOM_UTF8 + story("<p>Ä</p>" + tweet())
    (one,) = healed(body).replacements
    assert body[one.start : one.end] == tweet().encode()
    assert one.digest.matches(body[one.start : one.end])


# --- marks -------------------------------------------------------------------------------------------


def test_an_original_that_was_changed_is_not_given_back():
    body = healed(story(tweet())).body
    data = re.search(rb"sha256:\w+ sha256:\w+ (\w{20})", body)[1]
    with pytest.raises(InputUnreadable, match="digest"):
        undo(html(body.replace(data, data[:-1] + (b"A" if data[-1:] != b"A" else b"B"))))


@pytest.mark.parametrize("cut", [b"<!--/archiver:healed-->", b"<!--archiver:healed 1 "])
def test_marks_that_were_cut_are_refused(cut):
    body = healed(story(tweet())).body.replace(cut, b"")
    with pytest.raises(InputUnreadable, match="marks"):
        undo(html(body))
    with pytest.raises(InputUnreadable, match="marks"):
        healed(body)


def test_a_page_that_was_edited_since_is_undone_and_that_is_said():
    body = story(tweet())
    edited = healed(body).body.replace(b"The end of it all", b"The end")
    found = undo(html(edited))
    assert (found.body, found.exact) == (body.replace(b"The end of it all", b"The end"), False)


def test_no_text_can_end_the_mark_that_holds_the_original():
    hostile = tweet(text="--> &lt;!--/archiver:healed--> </figure><!-- x -->")
    body = story(hostile)
    found = healed(body)
    assert found.body.count(b"<!--/archiver:healed-->") == 1
    assert undo(html(found.body)).body == body


# --- links -------------------------------------------------------------------------------------------


def links_of(body):
    text = body.decode()
    return [dict(attributes(text, tag)) for tag in tags_of(text) if tag.name == "a" and not tag.closing]


def test_a_lost_link_gets_the_attributes_of_robust_links():
    body = story('<p>In <a class=x href="https://gone.example/report?a=1&amp;b=2">the report</a> it says so.</p>')
    found = healed(body, EverythingLost(pages=True))
    (link,) = links_of(found.body)
    assert link["href"] == "https://gone.example/report?a=1&amp;b=2"
    assert link["data-originalurl"] == "https://gone.example/report?a=1&amp;b=2"
    assert link["data-versionurl"] == f"{LINK_BASE}/captures/1/screenshot.png"
    assert link["data-versiondate"] == "2026-11-22T10:15:30Z"
    assert outside(body, found) == found.body
    assert undo(html(found.body)).body == body


def test_a_link_that_somebody_else_decorated_stays_as_it_is():
    body = story('<p>In <a href="https://gone.example/" data-versiondate="2020-01-01">the report</a> it says so.</p>')
    assert healed(body, EverythingLost(pages=True)).body == body


def test_the_sites_own_links_stay_as_they_are():
    body = story('<p>In <a href="/other">our other story</a> and <a href="#x">below</a> it says so.</p>')
    assert healed(body, EverythingLost(pages=True)).body == body


def test_a_living_link_is_decorated_only_when_all_are():
    body = story('<p>In <a href="https://gone.example/">the report</a> it says so.</p>')
    living = EverythingLost(pages=True, lost=False)
    assert healed(body, living).body == body
    assert len(healed(body, living, everything=True).decorations) == 1


# --- which copy ----------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path):
    return LostHome(tmp_path)


def found_in(home, resource=None, **options):
    with home.reader() as catalog:
        return home.finder(catalog, **options).of(resource or post())


def test_the_copy_of_what_was_declared_gone_is_found_with_its_words_and_media(home):
    (capture,) = home.keep([post()])
    copy = found_in(home)
    assert (copy.lost, copy.capture_id) == (True, capture.id)
    assert (copy.record.text, copy.record.handle) == ("just setting up", "jack")
    assert copy.standing.declared_at == GONE_AT
    assert copy.version_url.startswith(f"{LINK_BASE}/captures/2026/11/22/{capture.id}/")


def test_what_is_only_seen_gone_counts_as_lost_only_if_asked(home):
    home.keep([post()], declared=False)
    home.note(Observation(post(), GONE_AT, Availability.GONE_DELETED, "record", "a notice", "x"))
    assert (found_in(home).lost, found_in(home, suspected=True).lost) == (False, True)


def test_what_came_back_is_lost_no_more(home):
    home.keep([post()])
    home.note(
        Event(
            "e2", EventKind.CAME_BACK, GONE_AT + timedelta(days=1), "r", "it answers", post(), state=Availability.LIVE
        )
    )
    assert not found_in(home).lost


def test_what_was_withdrawn_is_never_shown(home):
    home.keep([post()])
    home.withdraw(f"x:{post().post_id}")
    home.keep([post()], declared=False)
    assert found_in(home) == NoCopy("the stored copy was withdrawn", lost=True)


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": Outcome.FAILED},
        {"outcome": Outcome.PARTIAL, "availability": Availability.GONE_DELETED},
        {"availability": Availability.LOGIN, "outcome": Outcome.PARTIAL},
    ],
)
def test_a_removal_notice_is_no_copy_of_the_post(home, changes):
    home.keep([post()], **changes)
    assert found_in(home) == NoCopy("no public copy of it was stored while it was there", lost=True)


def test_what_only_a_member_saw_is_not_shown(home):
    home.keep([post()], environment=replace(ENVIRONMENT, logged_in=True))
    assert found_in(home).why == "no public copy of it was stored while it was there"


def test_what_is_not_in_the_archive_is_left_alone_in_silence(home):
    assert found_in(home, post(5)) == NoCopy("it is not in this archive")


def test_another_archives_copy_is_named_and_serves_where_ours_cannot_be_seen(home):
    home.keep([post()])
    other = "https://web.archive.org/web/20220330/https://x.com/jack/status/20"
    home.note(OtherCopy(post(), "wayback", CopyState.FOUND, GONE_AT, "r", other, GONE_AT))
    assert found_in(home, link=None).version_url == other
    assert found_in(home).elsewhere.uri_m == other


def test_a_lost_page_has_a_copy_too(home):
    home.keep([page()], record=None, claims=())
    copy = found_in(home, page())
    assert isinstance(copy, Copy)
    assert copy.record == PostRecord()


def test_an_image_that_is_not_what_it_was_is_not_shown(home):
    (capture,) = home.keep([post()])
    file = next(home.snapshots.glob(f"captures/*/*/*/{capture.id}/media/1.jpg"))
    before = [one.data for one in found_in(home).media]
    file.chmod(0o644)
    file.write_bytes(b"\xff\xd8\xffanother")
    assert before == [b"\xff\xd8\xff" + post().key.encode()]
    assert [one.data for one in found_in(home).media] == [None]


def test_a_larger_image_is_linked(home):
    home.keep([post()])
    (medium,) = found_in(home, media_bytes=5).media
    assert medium.data is None
    assert medium.url.endswith("/media/1.jpg")


def test_an_article_is_healed_from_a_real_archive(home):
    home.keep([post()])
    body = story(tweet(post().post_id))
    with home.reader() as catalog:
        found = heal(html(body), copies=home.finder(catalog))
    assert [one.resource.key for one in found.replacements] == [post().key]
    assert b"just setting up" in found.body
    assert b"declared gone on" in found.body
