"""What the widgets of other platforms leave in words, and what only sounds like it."""

import pytest

from archiver.extract import extract
from archiver.model.records import Document
from archiver.model.states import MentionKind

PROSE = "A long paragraph of the article itself, which nobody could have posted anywhere at all. " * 5


def posts(text, media_type="text/plain"):
    extraction = extract(Document("s", text.encode(), media_type))
    return [m for m in extraction.mentions if m.kind is not MentionKind.LINK]


def told(text, media_type="text/plain"):
    return [
        (m.platform, m.post_id, *((m.claim.name, m.claim.handle, m.claim.date, m.claim.text) if m.claim else ()))
        for m in posts(text, media_type)
    ]


def test_an_instagram_widget_keeps_its_caption_between_its_head_and_its_line():
    text = (
        f"{PROSE}\n\nView this post on Instagram\n\nFirst snow on the pier\n#snow\n\n"
        f"A post shared by Mara (the real one) (@mara.v_) on Jan 6, 2017 at 2:12am PST\n\n{PROSE}"
    )
    assert told(text) == [
        ("instagram", None, "Mara (the real one)", "mara.v_", "2017-01-06", "First snow on the pier\n#snow")
    ]
    (post,) = posts(text)
    assert (post.kind, post.variant, post.claim.date_text) == (
        MentionKind.FLATTENED,
        "instagram words",
        "Jan 6, 2017 at 2:12am PST",
    )
    assert post.fragment.startswith("View this post")


def test_an_instagram_widget_without_caption_is_a_post_without_text():
    text = f"{PROSE}\n\nView this post on Instagram\n\nA post shared by Mara (@mara.v_)\n\n{PROSE}"
    assert told(text) == [("instagram", None, "Mara", "mara.v_", None, None)]


def test_a_head_alone_is_a_post_of_which_nothing_more_is_known():
    assert told(f"{PROSE}\n\nView this post on Instagram\n\n{PROSE}") == [("instagram", None)]


@pytest.mark.parametrize(
    "line",
    [
        "A photo posted by Mara (@mara.v_)",
        "Una publicación compartida de Mara (@mara.v_)",
        "Una publicación compartida por Mara (@mara.v_)",
        "Uma publicação compartilhada por Mara (@mara.v_)",
        "Une publication partagée par Mara (@mara.v_)",
        "Ein Beitrag geteilt von Mara (@mara.v_)",
        "Un post condiviso da Mara (@mara.v_)",
        "Een bericht gedeeld door Mara (@mara.v_)",
        "Post udostępniony przez Mara (@mara.v_)",
        "Mara (@mara.v_)'in paylaştığı bir gönderi",
        "Публикация от Mara (@mara.v_)",
        "Допис, поширений Mara (@mara.v_)",
        "Mara(@mara.v_)がシェアした投稿",
        "Mara(@mara.v_)님의 공유 게시물님",
        "Mara（@mara.v_）分享的帖子",
        "تمت مشاركة منشور بواسطة \u200fMara\u200f (@mara.v_)",
        "פוסט משותף על ידי \u200fMara\u200f (@\u200emara.v_\u200e)",
        "Mara (@mara.v_) द्वारा साझा की गई पोस्ट",
        "Sebuah kiriman dibagikan oleh Mara (@mara.v_)",
        "Bài viết do Mara (@mara.v_) chia sẻ",
    ],
)
def test_instagram_says_who_shared_a_post_in_many_languages(line):
    (found,) = told(f"{PROSE}\n\n{line}\n\n{PROSE}")
    assert (found[0], found[3]) == ("instagram", "mara.v_")


@pytest.mark.parametrize(
    "head",
    [
        "Ver esta publicación en Instagram",
        "Ver essa foto no Instagram",
        "Voir cette publication sur Instagram",
        "Sieh dir diesen Beitrag auf Instagram an",
        "Visualizza questo post su Instagram",
        "Bu gönderiyi Instagram'da gör",
        "Посмотреть эту публикацию в Instagram",
        "この投稿をInstagramで見る",
        "Instagram에서 이 게시물 보기",
        "在 Instagram 查看這則貼文",
        "عرض هذا المنشور على Instagram",
        "इस पोस्ट को Instagram पर देखें",
        "Lihat postingan ini di Instagram",
        "Xem bài viết này trên Instagram",
    ],
)
def test_instagrams_head_is_known_in_many_languages(head):
    assert told(f"{PROSE}\n\n{head}\n\n{PROSE}") == [("instagram", None)]


def test_an_instagram_line_leads_to_its_post_while_the_link_is_there():
    text = (
        f"{PROSE}\n\n[View this post on Instagram](https://www.instagram.com/p/CaBcD_-9xYz/?utm_source=ig_embed)\n\n"
        f"[A post shared by Mara (@mara.v_)](https://www.instagram.com/p/CaBcD_-9xYz/)\n\n{PROSE}"
    )
    extraction = extract(Document("s", text.encode(), "text/markdown"))
    assert [(m.kind.value, m.platform, m.post_id) for m in extraction.mentions] == [
        ("flattened", "instagram", "CaBcD_-9xYz")
    ]


def test_an_emptied_link_is_dangling():
    text = f"{PROSE}\n\n[View this post on Instagram](#)\n\n[A post shared by Mara (@mara.v_)](#)\n\n{PROSE}"
    extraction = extract(Document("s", text.encode(), "text/markdown"))
    assert [(m.kind.value, m.url, m.dangling) for m in extraction.mentions] == [("flattened", None, True)]


@pytest.mark.parametrize(
    ("line", "name", "day"),
    [
        ("Posted by Harbour Watch on Monday, February 7, 2022", "Harbour Watch", "2022-02-07"),
        ("Publicado por Vigía del Puerto en Martes, 3 de marzo de 2020", "Vigía del Puerto", "2020-03-03"),
        ("Pubblicato da Molo Nove su Giovedì 30 ottobre 2014", "Molo Nove", "2014-10-30"),
        ("Publiée par Le Quai sur Mardi 3 mars 2020", "Le Quai", "2020-03-03"),
        ("Gepostet von Hafenblick am Montag, 7. Februar 2022", "Hafenblick", "2022-02-07"),
        ("Geplaatst door De Kade op dinsdag 3 maart 2020", "De Kade", "2020-03-03"),
        ("Opublikowany przez Nabrzeże Wtorek, 3 marca 2020", "Nabrzeże", "2020-03-03"),
        ("Опубликовано Причал Вторник, 3 марта 2020 г.", "Причал", "2020-03-03"),
        ("Опубліковано Причал Середа, 1 квітня 2020 р.", "Причал", "2020-04-01"),
        ("Dikirim oleh Dermaga pada Selasa, 03 Maret 2020", "Dermaga", "2020-03-03"),
        ("Người đăng: Bến Cảng vào Thứ Ba, 3 tháng 3, 2020", "Bến Cảng", "2020-03-03"),
    ],
)
def test_a_facebook_line_names_the_author_and_the_day(line, name, day):
    text = f"{PROSE}\n\nThe ferries are out again, and so are we...\n\n{line}\n\n{PROSE}"
    assert told(text) == [("facebook", None, name, None, day, "The ferries are out again, and so are we...")]


def test_a_facebook_line_leads_to_its_post_while_the_link_is_there():
    line = (
        "Posted by [Harbour Watch](https://www.facebook.com/harbourwatch) on "
        "[Monday, February 7, 2022](https://www.facebook.com/harbourwatch/posts/1234567890123456)"
    )
    (post,) = posts(f"{PROSE}\n\nThe ferries are out again.\n\n{line}\n\n{PROSE}", "text/markdown")
    assert (post.platform, post.post_id, post.claim.text) == (
        "facebook",
        "1234567890123456",
        "The ferries are out again.",
    )


@pytest.mark.parametrize(
    ("line", "platform", "handle"),
    [
        ("Post by @mara.v_\n\nView on Threads", "threads", "mara.v_"),
        ("Post by @mara.v_\nView on Threads", "threads", "mara.v_"),
        ("Post by @mara@harbour.example\n\nView on Mastodon", "mastodon", "mara@harbour.example"),
        ("Post by @mara@harbour.example View on Mastodon", "mastodon", "mara@harbour.example"),
    ],
)
def test_threads_and_mastodon_leave_the_authors_handle(line, platform, handle):
    text = f"{PROSE}\n\n{line}\n\n{PROSE}"
    assert told(text) == [(platform, None, None, handle, None, None)]


def test_a_mastodon_line_leads_to_its_post_while_the_link_is_there():
    text = f"{PROSE}\n\n[Post by @mara@harbour.example\nView on Mastodon](https://harbour.example/@mara/109302436954721982)"
    (post,) = posts(text, "text/markdown")
    assert (post.platform, post.post_id) == ("mastodon", "harbour.example/109302436954721982")


@pytest.mark.parametrize("gap", ["\n\n", "\n", " "])
def test_a_tiktok_widget_keeps_handle_caption_and_sound(gap):
    text = f"{PROSE}\n\n@mara.v_{gap}Low tide again 🌊 #harbour #fyp{gap}♬ original sound - Mara\n\n{PROSE}"
    assert told(text) == [("tiktok", None, None, "mara.v_", None, "Low tide again 🌊 #harbour #fyp")]


def test_a_bluesky_attribution_may_hold_a_machine_date_and_blanks_around_the_handle():
    text = (
        f"{PROSE}\n\nLow tide again.\n\n[image or embed]\n\n"
        f"— Mara 🌊 ( @mara.bsky.social ) 2024-11-12T15:45:00.000Z\n\n{PROSE}"
    )
    assert told(text) == [("bluesky", None, "Mara 🌊", "mara.bsky.social", "2024-11-12", "Low tide again.")]


@pytest.mark.parametrize(
    "line",
    ["by u/pier_nine in r/harbours", "byu/pier_nine inharbours", "by u/pier_nine from discussion Nets in r/harbours"],
)
def test_a_reddit_widget_keeps_title_and_author(line):
    text = f"{PROSE}\n\nWhat is this knot called?\n{line}\n\n{PROSE}"
    assert told(text) == [("reddit", None, None, "pier_nine", None, "What is this knot called?")]


@pytest.mark.parametrize(
    "text",
    [
        "A post shared by Mara (@mara.v_) shows the pier at low tide.",
        "The photo, a post shared by her brother, was taken in May.",
        "You can view this post on Instagram if you have an account.",
        "Readers may view this post on Instagram",
        "Posted by Jane Doe on March 3, 2020",
        "Posted by Jane Doe on Tuesday, March 3, 2020",
        "Posted by @jane in the evening, it was gone by morning.",
        "Post by @jane",
        "♬ La la la, the sea, the sea ♬",
        "She sang: ♬ the sea ♬ and left.",
        "It was found by u/pier_nine in r/harbours, who asked what it was.",
        "View on Threads",
        "View on Mastodon",
    ],
)
def test_what_only_sounds_like_a_widget_is_no_post(text):
    assert posts(f"{PROSE}\n\n{text}\n\n{PROSE}") == []
