"""Every markup in which articles carry posts, on pages of our own: each shows its post once."""

import base64
import json
from html import escape
from urllib.parse import quote

import pytest

from archiver.extract import extract
from archiver.model.records import Document
from archiver.platforms import all_platforms

ID = "1508847000000000000"
TWEET_URL = f"https://twitter.com/some_name/status/{ID}"
TWEET = (
    '<blockquote class="twitter-tweet"><p lang="en" dir="ltr">Words of the post.</p>&mdash; Some Name (@some_name) '
    f'<a href="{TWEET_URL}?ref_src=twsrc%5Etfw">March 29, 2022</a></blockquote>'
)
PHOTO = "https://www.instagram.com/p/CaBcD_-9xyz/"
VIDEO = "https://www.youtube.com/embed/lBTCB7yLs8Y"
FRAME = f'<iframe src="{VIDEO}"></iframe>'
X = [("x", ID)]
YOUTUBE = [("youtube", "lBTCB7yLs8Y")]
INSTAGRAM = [("instagram", "CaBcD_-9xyz")]
BLUESKY = [("bluesky", "did:plc:z72i7hdynmk6r22z27h6tvur/3l3qo2vuowo2b")]
BASE = "https://news.example/2022/story"


def mentions(html, url=BASE):
    return extract(Document("s", html.encode(), "text/html", url=url)).mentions


def embeds(html):
    """(platform, id or address) of the embeds, and of any post that is not one."""
    return [(m.platform, m.post_id or m.url) for m in mentions(html) if m.kind.value == "embed" or m.platform]


def within(markup):
    return f"<p>Text before the embed.</p>{markup}<p>Text after the embed.</p>"


def b64(text):
    return base64.b64encode(text.encode()).decode()


# --- widgets, rendered and not ---------------------------------------------------------------

RENDERED = {
    "custom element with its id": (
        f'<twitter-widget class="twitter-tweet twitter-tweet-rendered" data-tweet-id="{ID}"></twitter-widget>',
        X,
    ),
    "declarative shadow root": (
        (
            f'<twitter-widget><template shadowrootmode="open"><blockquote cite="{TWEET_URL}"><p>Words.</p></blockquote>'
            "</template></twitter-widget>"
        ),
        X,
    ),
    "frame with the id in an attribute and in its address": (
        (
            '<div class="twitter-tweet twitter-tweet-rendered"><iframe src="https://platform.twitter.com/embed/Tweet.html?'
            f'dnt=false&amp;id={ID}&amp;lang=en" data-tweet-id="{ID}"></iframe></div>'
        ),
        X,
    ),
    "frame alone": (f'<iframe src="https://platform.twitter.com/embed/Tweet.html?id={ID}"></iframe>', X),
    "script that makes the widget": (
        f'<div id="box"></div><script>twttr.ready(() => twttr.widgets.createTweet("{ID}", box))</script>',
        X,
    ),
    "script that makes the player": (
        '<div id="box"></div><script>new YT.Player("box", {width: 640, videoId: "lBTCB7yLs8Y"})</script>',
        YOUTUBE,
    ),
    "custom element of a library": (f'<twitter-tweet tweet-id="{ID}"></twitter-tweet>', X),
}

# --- consent and lazy loading ------------------------------------------------------------------

_LAZY = (
    *("data-src", "data-lazy-src", "data-cookieblock-src", "data-uc-src", "uc-src", "suppressedsrc", "data-src-cmplz"),
    *("data-cmp-src", "data-consent-src", "consent-original-src-_", "data-original", "lazy-src", "data-iframe-src"),
    *("data-suppressedsrc", "ng-src", ":src", "data-litespeed-src"),
)
HELD_BACK = {
    **{name: (f'<iframe {name}="{VIDEO}" src="about:blank"></iframe>', YOUTUBE) for name in _LAZY},
    "box with the code in base64": (
        (
            '<div class="BorlabsCookie"><div><p>By loading the video, you agree.</p></div><div class="hide">'
            f'<script type="text/template">{b64(FRAME)}</script></div></div>'
        ),
        YOUTUBE,
    ),
    "frame of the consent tool's own": (
        f'<iframe src="//cdn.consent.example/empty.html" class="_iub_cs" suppressedsrc="{VIDEO}"></iframe>',
        YOUTUBE,
    ),
    "code, escaped": (f'<div data-embed-code="{escape(TWEET)}">Show the post</div>', X),
    "code, URL-encoded": (f'<div data-html="{quote(TWEET)}">Show the post</div>', X),
    "code in JSON": (f'<div data-props="{escape(json.dumps({"html": TWEET}))}">Show the post</div>', X),
    "code in an inactive script": (f'<script type="text/plain" data-category="social">{TWEET}</script>', X),
    "placeholder and twin without scripts": (
        f'<div data-embed-url="{TWEET_URL}"><p>Accept cookies to see this.</p></div><noscript>{TWEET}</noscript>',
        X,
    ),
    "placeholder and the post it stands for": (f'<div data-url="{TWEET_URL}"><p>Load?</p></div>{TWEET}', X),
    "facade": ('<lite-youtube videoid="lBTCB7yLs8Y"></lite-youtube>', YOUTUBE),
}

# --- publishing systems --------------------------------------------------------------------------

NEWSLETTER = {
    "url": TWEET_URL,
    "full_text": "Words of the post & <more>",
    "username": "some_name",
    "name": "Some Name",
    "date": "2022-03-29T16:01:22.000Z",
    "expanded_url": {"url": "https://other.example/x"},
}
SKY = {
    "authorName": "Some Name",
    "authorHandle": "some.example",
    "text": "Words.",
    "createdAt": "2024-09-08T10:00:00Z",
    "uri": "at://did:plc:z72i7hdynmk6r22z27h6tvur/app.bsky.feed.post/3l3qo2vuowo2b",
}
SYSTEMS = {
    "AMP post": (f'<amp-twitter width=1 height=1 layout="responsive" data-tweetid="{ID}"></amp-twitter>', X),
    "AMP photo": ('<amp-instagram data-shortcode="CaBcD_-9xyz" width=1></amp-instagram>', INSTAGRAM),
    "AMP video": ('<amp-youtube data-videoid="lBTCB7yLs8Y"></amp-youtube>', YOUTUBE),
    "AMP frame": (f'<amp-iframe src="{VIDEO}"><amp-img placeholder src=x></amp-img></amp-iframe>', YOUTUBE),
    "AMP card": (f'<amp-embedly-card data-url="{TWEET_URL}"></amp-embedly-card>', X),
    "WordPress block": (
        f'<figure class="wp-block-embed is-type-rich"><div class="wp-block-embed__wrapper">{TWEET}</div></figure>',
        X,
    ),
    "WordPress block of which the address is left": (
        f'<figure class="wp-block-embed"><div class="wp-block-embed__wrapper">\n{TWEET_URL}\n</div></figure>',
        X,
    ),
    "Ghost embed": (f'<figure class="kg-card kg-embed-card">{TWEET}</figure>', X),
    "Ghost bookmark of a post": (
        (
            f'<figure class="kg-card kg-bookmark-card"><a class="kg-bookmark-container" href="{TWEET_URL}">'
            '<div class="kg-bookmark-title">Some Name on X</div></a></figure>'
        ),
        X,
    ),
    "Substack post": (f'<div class="tweet" data-attrs="{escape(json.dumps(NEWSLETTER))}"></div>', X),
    "Substack post in the mail": (
        f'<div class="tweet static" data-attrs="{escape(json.dumps(NEWSLETTER))}"><a href="{TWEET_URL}">W</a></div>',
        X,
    ),
    "Substack photo": (
        (
            '<div class="instagram-embed-wrap" data-attrs="{&quot;instagram_id&quot;:&quot;CaBcD_-9xyz&quot;}" '
            'data-component-name="InstagramToDOM"><a href="https://instagram.com/some.name">some.name</a>'
            '<a href="https://instagram.com/p/CaBcD_-9xyz"><img src="x"></a></div>'
        ),
        INSTAGRAM,
    ),
    "Substack Bluesky": (
        f'<div class="bluesky-wrap" data-attrs="{escape(json.dumps(SKY))}" data-component-name="X"></div>',
        BLUESKY,
    ),
    "Drupal frame of the site's own": (
        (
            '<div class="media--remote-video"><iframe src="/media/oembed?url=https%3A//www.youtube.com/watch%3Fv%3D'
            'lBTCB7yLs8Y&amp;max_width=0&amp;hash=abc"></iframe></div>'
        ),
        YOUTUBE,
    ),
    "editor's element": (f'<figure class="media"><oembed url="{TWEET_URL}"></oembed></figure>', X),
    "editor's attribute": (f'<div data-oembed-url="{TWEET_URL}"><div>{TWEET}</div></div>', X),
    "Embedly link": (f'<a class="embedly-card" href="{TWEET_URL}">A post</a>', X),
    "Embedly quotation": (f'<blockquote class="embedly-card"><h4><a href="{TWEET_URL}">x</a></h4></blockquote>', X),
    "Iframely": (
        f'<div class="iframely-embed"><a href="{TWEET_URL}" data-iframely-url="//cdn.iframe.ly/AbC12"></a></div>',
        X,
    ),
    "Iframely frame": (f'<iframe src="//cdn.iframe.ly/api/iframe?url={quote(TWEET_URL, safe="")}&key=a"></iframe>', X),
    "Medium frame": (
        f'<figure><iframe src="https://cdn.embedly.com/widgets/media.html?url={quote(TWEET_URL)}"></iframe></figure>',
        X,
    ),
    "Instant Article with code": (f'<figure class="op-interactive"><iframe>{TWEET}</iframe></figure>', X),
    "Instant Article with address": (f'<figure class="op-interactive">{FRAME}</figure>', YOUTUBE),
    "Instant Article, social": (
        (
            f'<figure class="op-social"><iframe><blockquote class="instagram-media" data-instgrm-permalink="{PHOTO}">'
            "</blockquote></iframe></figure>"
        ),
        INSTAGRAM,
    ),
    "Guardian island": (
        (
            f'<gu-island props="{escape(json.dumps({"element": {"html": TWEET, "url": TWEET_URL}}))}">'
            f'<p>Words of the post</p><a href="{TWEET_URL}">March 29, 2022</a></gu-island>'
        ),
        X,
    ),
    "BBC placeholder": (
        (
            f'<div class="social-embed"><div data-social-url="{TWEET_URL}"><p>Allow X content?</p></div>'
            f'<noscript><a href="{TWEET_URL}">View original</a></noscript></div>'
        ),
        X,
    ),
    "microdata": (
        (
            f'<div itemtype="http://schema.org/SocialMediaPosting"><meta itemprop="url" content="{TWEET_URL}">'
            '<span itemprop="author">Some Name</span></div>'
        ),
        X,
    ),
    "microdata and its frame": (
        (
            f'<div itemscope itemtype="http://schema.org/VideoObject"><link itemprop="embedUrl" href="{VIDEO}">'
            f'<iframe data-src="{VIDEO}"></iframe></div>'
        ),
        YOUTUBE,
    ),
}


@pytest.mark.parametrize(("markup", "posts"), [*RENDERED.values(), *HELD_BACK.values(), *SYSTEMS.values()])
def test_a_post_is_found_once_in_every_markup(markup, posts):
    assert embeds(within(markup)) == posts


def test_a_newsletters_card_says_what_the_post_says():
    (mention,) = mentions(within(SYSTEMS["Substack post"][0]))
    claim = mention.claim
    assert (claim.name, claim.handle, claim.text) == ("Some Name", "some_name", "Words of the post & <more>")
    assert claim.date[:10] == "2022-03-29"
    (mention,) = mentions(within(SYSTEMS["Substack Bluesky"][0]))
    assert (mention.claim.handle, mention.claim.text) == ("some.example", "Words.")


# --- state ---------------------------------------------------------------------------------------------

WORDS = "Text that stands before the embed in the story."
SHOWN = f"<p>{WORDS}</p><p>Text after it.</p>"
PARAGRAPH = {"type": "paragraph", "text": WORDS}
CODE = {"type": "embed", "html": TWEET}


def data(*blocks):
    state = {"props": {"pageProps": {"article": {"title": "The headline of the story", "blocks": blocks}}}}
    return f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(state)}</script>'


def assigned():
    fusion = {"content_elements": [PARAGRAPH, {"type": "oembed_response", "raw_oembed": {"html": TWEET}}]}
    return (
        "<script>window.Fusion=window.Fusion||{};Fusion.arcSite='a';"
        f"Fusion.globalContent={json.dumps(fusion)};Fusion.spa=false</script>"
    )


def quoted_twice():
    state = json.dumps([PARAGRAPH, {"type": "social", "model": {"href": TWEET_URL, "provider": "X"}}])
    return f"<script>window.__INITIAL_DATA__={json.dumps(state)};</script>"


def in_single_quotes():
    state = json.dumps([{"note": "it's"}, PARAGRAPH, {"type": "tweet", "url": TWEET_URL}])
    state = state.replace("\\", "\\\\").replace("'", "\\'")
    return f"<script>window.STATE = JSON.parse('{state}');</script>"


def streamed(step=60):
    rows = '1:HL["/a.css","style"]\n2:' + json.dumps(["$", "p", None, {"children": WORDS}]) + "\n"
    rows += f"3:T{len(TWEET.encode()):x},{TWEET}" + '4:["$","i",null,{}]\n'
    pieces = [rows[n : n + step] for n in range(0, len(rows), step)]
    pushes = "".join(f"<script>self.__next_f.push([1,{json.dumps(piece)}])</script>" for piece in pieces)
    return f"<script>(self.__next_f=self.__next_f||[]).push([0])</script>{pushes}"


STATES = {
    "code": data(PARAGRAPH, CODE),
    "address": data(PARAGRAPH, {"type": "tweet", "url": TWEET_URL}),
    "id by name": data(PARAGRAPH, {"__typename": "TweetEmbed", "tweetId": ID}),
    "id by type": data(PARAGRAPH, {"type": "tweet", "id": ID}),
    "assigned": assigned(),
    "JSON in JSON": quoted_twice(),
    "JSON in single quotes": in_single_quotes(),
    "pushed in pieces": streamed(),
}


@pytest.mark.parametrize("name", STATES)
def test_a_post_of_the_state_stands_behind_the_words_it_stands_behind_there(name):
    (mention,) = [m for m in mentions(SHOWN + STATES[name]) if m.platform]
    assert (mention.platform, mention.post_id, mention.kind.value) == ("x", ID, "embed")
    assert mention.context == f"{WORDS}\n\nText after it."


@pytest.mark.parametrize(
    "state",
    [
        data(PARAGRAPH, {"type": "link", "url": TWEET_URL}),
        data(PARAGRAPH, {"type": "author", "twitter_url": TWEET_URL, "name": "Twitter"}),
        data({"type": "paragraph", "text": "Words that this page shows to nobody at all."}, CODE),
        data(PARAGRAPH, {"type": "tweet", "id": "no id"}),
    ],
)
def test_links_and_other_articles_in_the_state_are_no_posts_of_the_page(state):
    assert embeds(SHOWN + state) == []


def test_the_state_adds_only_what_the_page_does_not_show():
    state = data(PARAGRAPH, CODE)
    assert embeds(f"{FRAME}{SHOWN}{state}") == [*YOUTUBE, *X]
    assert embeds(f"{SHOWN}{TWEET}{state}") == X


def test_a_page_that_builds_itself_is_read_from_the_object_that_bears_its_title():
    head = '<head><title>{} | News</title></head><body><div id="root"></div>'
    state = data(PARAGRAPH, CODE, PARAGRAPH, {"type": "youtube", "url": VIDEO})
    assert embeds(head.format("The headline of the story") + state) == [*X, *YOUTUBE]
    assert embeds(head.format("The headline of another story") + state) == []


def linked_data(value):
    return f'<script type="application/ld+json">{json.dumps({"@context": "https://schema.org", **value})}</script>'


def test_linked_data_names_a_post_that_the_page_does_not_show():
    posting = {"@type": "SocialMediaPosting", "url": TWEET_URL, "articleBody": "Words", "author": {"name": "Some Name"}}
    page = linked_data({"@type": "NewsArticle", "headline": "The headline", "mentions": [posting]})
    (mention,) = mentions(SHOWN + page)
    assert (mention.platform, mention.post_id, mention.claim.text) == ("x", ID, "Words")
    assert embeds(TWEET + SHOWN + page) == X
    assert embeds(SHOWN + linked_data({"@type": "NewsArticle", "comment": [posting]})) == []
    own = {"@type": "SocialMediaPosting", "url": BASE, "headline": "The page itself"}
    assert embeds(SHOWN + linked_data(own)) == []


# --- what nobody knows ---------------------------------------------------------------------------------

PLAYER = "https://player.unknown.example/v/1"
UNKNOWN = {
    "player": (f'<iframe src="{PLAYER}" width="640" height="360" allowfullscreen></iframe>', PLAYER),
    "player and its twin": (
        f'<iframe data-src="{PLAYER}"></iframe><noscript><iframe src="{PLAYER}"></iframe></noscript>',
        PLAYER,
    ),
    "editor's element": (f'<oembed url="{PLAYER}"></oembed>', PLAYER),
    "WordPress block": (
        f'<figure class="wp-block-embed"><div class="wp-block-embed__wrapper">\n{PLAYER}\n</div></figure>',
        PLAYER,
    ),
    "WordPress article": (
        (
            '<blockquote class="wp-embedded-content" data-secret="s"><a href="https://blog.example/post/">A post</a>'
            '</blockquote><iframe class="wp-embedded-content" style="position: absolute; visibility: hidden;" '
            'src="https://blog.example/post/embed/#?secret=s" data-secret="s"></iframe>'
        ),
        "https://blog.example/post/",
    ),
    "Embedly card": (f'<blockquote class="embedly-card"><h4><a href="{PLAYER}">x</a></h4></blockquote>', PLAYER),
    "Iframely card": (
        f'<div class="iframely-embed"><a href="{PLAYER}" data-iframely-url="//cdn.iframe.ly/AbC12"></a></div>',
        PLAYER,
    ),
    "placeholder": (f'<div class="consent" data-embed-url="{PLAYER}"><p>Accept?</p></div>', PLAYER),
    "AMP frame": (f'<amp-iframe src="{PLAYER}"></amp-iframe>', PLAYER),
    "AMP player": (
        '<amp-brightcove data-account="12" data-video-id="34"></amp-brightcove>',
        "https://players.brightcove.net/12/default_default/index.html?videoId=34",
    ),
    "AMP player of an id": ('<amp-some-player data-video-id="34"></amp-some-player>', None),
    "widget": ('<div class="infogram-embed" data-id="ab-1"></div>', "https://e.infogram.com/ab-1"),
    "script": (
        '<script src="https://gist.github.com/someone/0123456789abcdef.js"></script>',
        "https://gist.github.com/someone/0123456789abcdef",
    ),
    "chart that finds its own width": (
        '<iframe src="https://charts.example/a/1/" width="0" height="400" style="width: 0; min-width: 100%"></iframe>',
        "https://charts.example/a/1/",
    ),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_embed_that_no_platform_knows_is_an_embed_all_the_same(name):
    markup, address = UNKNOWN[name]
    (mention,) = mentions(within(markup))
    assert (mention.kind.value, mention.platform, mention.post_id, mention.url) == ("embed", "other", None, address)
    assert mention.fragment
    assert mention.context == "Text before the embed.\n\nText after the embed."


def test_no_platform_is_called_other():
    assert "other" not in {platform.name for platform in all_platforms()}


MACHINERY = [
    '<noscript><iframe src="https://tags.example/ns.html?id=G" height="0" width="0"></iframe></noscript>',
    '<iframe src="https://t.example/x" style="display:none"></iframe>',
    '<iframe src="https://t.example/x" width="1" height="1"></iframe>',
    '<iframe src="https://www.google.com/recaptcha/api2/anchor?k=x"></iframe>',
    '<iframe id="google_ads_iframe_/1/x_0" src="https://safe.example/container.html"></iframe>',
    '<iframe title="3rd party ad content" src="https://safe.example/container.html"></iframe>',
    '<iframe src="https://ads.some.example/frame.html" width=300 height=250></iframe>',
    '<iframe src="https://disqus.com/embed/comments/?base=default"></iframe>',
    '<iframe src="https://consent.some.example/index.html"></iframe>',
    '<iframe src="https://some.substack.com/embed" width="480" height="320"></iframe>',
    '<iframe src="https://news.us1.list-manage.com/subscribe?u=1"></iframe>',
    '<iframe src="https://player.news.example/v/1"></iframe><iframe src="/video/embed/1"></iframe>',
    f'<footer><iframe src="{PLAYER}"></iframe></footer><nav><iframe src="{PLAYER}"></iframe></nav>',
    '<object type="image/svg+xml" data="https://i.example/a.svg"></object>',
    '<iframe src="https://www.facebook.com/plugins/page.php?href=https%3A%2F%2Fwww.facebook.com%2Fnews"></iframe>',
    '<iframe src="https://syndication.twitter.com/srv/timeline-profile/screen-name/some_name"></iframe>',
    '<iframe src="https://platform.twitter.com/widgets/follow_button.html?screen_name=x"></iframe>',
    '<amp-ad type="x" data-slot="/1/2"></amp-ad><amp-analytics config="https://a.example/c.json"></amp-analytics>',
    '<amp-embed type="taboola" data-publisher="x"></amp-embed>',
    '<amp-twitter data-timeline-source-type="profile" data-timeline-screen-name="x"></amp-twitter>',
    f'<amp-social-share type="twitter" data-param-url="{TWEET_URL}"></amp-social-share>',
    '<amp-facebook-comments data-href="https://www.facebook.com/zuck/posts/10102593740125791"></amp-facebook-comments>',
    '<div class="fb-comments" data-href="https://www.facebook.com/zuck/posts/10102593740125791"></div>',
    '<script src="https://platform.twitter.com/widgets.js"></script>',
    f'<div class="related-posts">{TWEET}</div>',
    f"<xmp>{TWEET}</xmp>",
]


@pytest.mark.parametrize("markup", MACHINERY)
def test_the_works_of_a_page_are_no_embeds(markup):
    assert embeds(within(markup)) == []


def test_a_bookmark_of_a_page_is_a_link():
    card = '<figure class="kg-card kg-bookmark-card"><a href="https://other.example/a">Title</a></figure>'
    (mention,) = mentions(within(card))
    assert (mention.kind.value, mention.platform, mention.url) == ("link", None, "https://other.example/a")


def test_a_post_in_two_places_is_two_mentions_and_two_unknown_players_are_two():
    assert embeds(within(f"{TWEET}<p>And again, later in the text, it says:</p>{TWEET}")) == [*X, *X]
    other = '<amp-a-player data-media-id="1"></amp-a-player><amp-a-player data-media-id="2"></amp-a-player>'
    assert embeds(within(other)) == [("other", None), ("other", None)]


# --- copies and sources of articles -------------------------------------------------------------------


def test_a_page_that_an_archive_serves_is_read_as_it_was():
    led = "https://web.archive.org/web/20220722144334"
    tweet = TWEET.replace("https://twitter.com", f"{led}/https://twitter.com")
    page = (
        f'<script src="//web-static.archive.org/_static/js/wombat.js"></script>{within(tweet)}'
        f'<p><a href="{led}/https://e.example/a">out</a> <a href="/web/20220722144334/https://news.example/b">in</a></p>'
        f'<iframe src="{led}if_/{VIDEO}"></iframe><div id="wm-ipp-base"><a href="https://archive.example/">help</a></div>'
    )
    url = f"{led}/{BASE}"
    extraction = extract(Document("s", page.encode(), "text/html", url=url))
    found = [(m.kind.value, m.platform, m.post_id or m.url) for m in extraction.mentions]
    assert found == [
        ("embed", *X[0]),
        ("link", None, "https://e.example/a"),
        ("embed", *YOUTUBE[0]),
    ]
    assert extraction.article.url == BASE
    assert [note.partition(":")[0] for note in extraction.notes] == ["an archive's copy"]


def test_a_link_to_an_archives_copy_is_a_link_to_that_copy():
    link = "https://web.archive.org/web/20220722144334/https://e.example/a"
    assert [m.url for m in mentions(f'<p>See <a href="{link}">the copy</a>.</p>')] == [link]


@pytest.mark.parametrize(
    ("line", "posts"),
    [
        (f'{{{{< tweet user="some_name" id="{ID}" >}}}}', X),
        (f"{{{{< x {ID} >}}}}", X),
        (f"{{% twitter {TWEET_URL} %}}", X),
        ("{% youtube lBTCB7yLs8Y %}", YOUTUBE),
        ('{% include youtube.html id="lBTCB7yLs8Y" %}', YOUTUBE),
        ("[embed]https://www.youtube.com/watch?v=lBTCB7yLs8Y[/embed]", YOUTUBE),
        (f'<Tweet tweetId="{ID}" />', X),
        ('<YouTube id={"lBTCB7yLs8Y"} />', YOUTUBE),
        ("{{< figure src=a.jpg >}}", []),
        ("{% link _posts/a.md %}", []),
        (f"`{{% tweet {ID} %}}`", []),
    ],
)
def test_a_generators_shortcode_in_markdown_is_an_embed(line, posts):
    source = f"# Title\n\nText before it.\n\n{line}\n\nText after it.\n"
    found = extract(Document("s", source.encode(), "text/markdown")).mentions
    assert [(m.platform, m.post_id) for m in found] == posts
    for mention in found:
        assert source[mention.start : mention.end] == line
        assert mention.context == "Text before it.\n\nText after it."


def test_the_caption_of_an_embed_is_the_articles_own():
    figure = (
        f'<figure data-url="{TWEET_URL}"><p>Load?</p><figcaption>See <a href="https://e.example/a">a</a></figcaption>'
    )
    assert [(m.kind.value, m.url) for m in mentions(within(figure))] == [
        ("embed", f"https://x.com/i/status/{ID}"),
        ("link", "https://e.example/a"),
    ]
