"""Orphans of every kind in any number: each with its truth, and with what is left of its post somewhere."""

import random
from dataclasses import replace
from datetime import timedelta

from resolve_world import World, captured, make, permalink, quoted, state, taken

from archiver.demo.articles import post_named
from archiver.demo.ids import x_id
from archiver.demo.news import ARTICLES, article_at
from archiver.demo.platforms.x import SITE
from archiver.demo.platforms.x_posts import bench_post
from archiver.model.states import MentionKind

_SUBJECTS = ("The pilot", "A brass band", "Our dredger", "The ferry", "Somebody's dog", "The lighthouse", "A heron")
_DOINGS = ("waited for", "went past", "was not seen at", "came back to", "has no word for", "sang to", "measured")
_PLACES = ("Rope Street", "the mole", "Lower Quay", "the gasworks", "the north wall", "Chandler's Yard", "the bar")
_TIMES = ("at dawn", "in the fog", "twice today", "before the storm", "while it rained", "after the vote", "again")
_FORMS = ("old page", "preview", "first interface", "second interface")
_TAILS = ("", "?s=20", "/photo/1", "%22", "?ref_src=twsrc%5Etfw")
_PER_ARTICLE = 10


def words_of(dice, number):
    said = [dice.choice(words) for words in (_SUBJECTS, _DOINGS, _PLACES, _TIMES)]
    return f"{' '.join(said)}, and I wrote down {number * 7 + 13} cm; no report says so. Tell {dice.choice(_SUBJECTS)}."


def post_of(dice, number, *, key=None):
    when = f"20{dice.randint(12, 25)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
    clock = f"{dice.randint(0, 23):02}:{dice.randint(0, 59):02}:{dice.randint(0, 59):02}"
    return make(number, f"{when} {clock}", words_of(dice, number), key=key)


def near(post, dice, text):
    """Another post of the same author on the same day."""
    midnight = post.at.replace(hour=0, minute=0, second=0)
    at = midnight + timedelta(seconds=dice.randint(0, 86_399))
    post_id = x_id(at, salt=7)
    return replace(post, post_id=post_id, url=f"https://x.com/i/status/{post_id}", at=at, text=text, media_key=None)


def likeness(dice, text):
    """The words with one that counts changed."""
    kind = dice.randrange(3)
    if kind == 0:
        return text.replace(" cm", "0 cm")
    return text.replace("no report", "a report") if kind == 1 else text.replace("I wrote", "Ann wrote")


class Cases:
    """Fills a world. Every method adds what is left of one post, and says what must come out."""

    def __init__(self, world, dice):
        self.world, self.dice = world, dice
        #: Jobs of what was there before the articles lost their links.
        self.earlier = {}

    # --- what can be found

    def own_state(self, post, article):
        self.earlier.setdefault(article, []).append(SITE.embed(post))
        return post.url

    def other_article(self, post, _article):
        self.world.jobs.append(state(f"https://other.example/{post.post_id}", [SITE.embed(post)]))
        return post.url

    def own_capture(self, post, _article):
        self.world.jobs.append(captured(post))
        return post.url

    def media_key(self, post, _article):
        self.world.keys[post.media_key] = f"{permalink(post)}/photo/1"
        return post.url

    def archived(self, post, _article):
        host = self.dice.choice(("twitter.com", "x.com", "mobile.twitter.com"))
        form, tail = self.dice.choice(_FORMS), self.dice.choice(_TAILS)
        if self.dice.random() < 0.3:
            self.world.taken.append(taken(post, host=host, days=1, status="302"))
        if self.dice.random() < 0.3:
            self.world.taken.append(taken(post, "shell", host=host, days=1))
        self.world.taken.append(taken(post, form, host, tail))
        return post.url

    # --- what can't

    def nothing(self, post, _article):
        if self.dice.random() < 0.3:
            self.world.taken.append(taken(post, "shell"))
        if self.dice.random() < 0.3:
            self.world.taken.append(taken(post, status="404"))

    def look_alike_only(self, post, _article):
        other = near(post, self.dice, likeness(self.dice, post.text))
        if self.dice.random() < 0.5:
            self.world.jobs.append(captured(other))
        else:
            self.world.taken.append(taken(other, self.dice.choice(_FORMS)))

    def look_alike_beside(self, post, article):
        self.look_alike_only(post, article)
        return self.archived(post, article)

    def twice(self, post, article):
        twin = near(post, self.dice, post.text)
        self.world.taken.append(taken(twin, self.dice.choice(_FORMS), tail=self.dice.choice(_TAILS)))
        if self.dice.random() < 0.5:
            self.world.jobs.append(captured(post))
        else:
            self.archived(post, article)

    def fill(self, kinds):
        """One orphan of each kind, some in each article."""
        self.dice.shuffle(kinds)
        for begin in range(0, len(kinds), _PER_ARTICLE):
            article, parts = f"https://news.example/story-{begin}", []
            for place, kind in enumerate(kinds[begin : begin + _PER_ARTICLE]):
                number = begin + place
                key = f"k{number:09}" if kind == "media_key" else None
                post = post_of(self.dice, number, key=key)
                self.world.truth[article, place] = getattr(self, kind)(post, article)
                parts.append(quoted(post))
            self.publish(article, parts)

    def publish(self, article, parts):
        """The article as it was, if it had links, and as it is."""
        if article in self.earlier:
            self.world.jobs.append(state(article, self.earlier.pop(article)))
        self.world.jobs.append(state(article, parts))


def flattened_demo(world):
    """The demo's own articles: first as they are, then flattened. The posts of X that they embed are orphans now."""
    for script in ARTICLES:
        rendered = article_at(script.url)
        embedded = [
            one
            for one in rendered.truth.mentions
            if one.platform == "x" and one.kind is MentionKind.EMBED and one.text is not None
        ]
        posts = [post for post in SITE.posts if any(post.post_id == one.post_id for one in embedded)]
        if posts and script.media_type.startswith("text/html"):
            url = f"{script.url}?again"
            world.jobs += [
                state(url, [SITE.embed(post) for post in posts]),
                state(url, [quoted(post) for post in posts]),
            ]
            world.truth |= {(url, place): post.url for place, post in enumerate(posts)}


def generated_posts(world, count):
    """The demo's generated posts: an article embeds them, another one lost the links."""
    posts = [bench_post(number * 11) for number in range(count)]
    for begin in range(0, count, _PER_ARTICLE):
        some = posts[begin : begin + _PER_ARTICLE]
        world.jobs.append(state(f"https://bench.example/{begin}", [SITE.embed(post) for post in some]))
        url = f"https://flat.example/{begin}"
        world.jobs.append(state(url, [quoted(post) for post in some]))
        world.truth |= {(url, place): post.url for place, post in enumerate(some)}


def orphans(count, seed=6):
    """A world with about `count` orphans: a tenth without any evidence, a tenth with look-alikes."""
    world, dice = World(), random.Random(seed)
    flattened_demo(world)
    generated_posts(world, count // 10)
    rest, tenth = count - len(world.truth), count // 10
    bad = ["nothing"] * tenth + ["look_alike_only"] * (tenth // 3) + ["twice"] * (tenth // 3)
    bad += ["look_alike_beside"] * (tenth - 2 * (tenth // 3))
    good = ["own_state", "other_article", "own_capture", "media_key", "archived", "archived"]
    kinds = bad + [good[n % len(good)] for n in range(rest - len(bad))]
    Cases(world, dice).fill(kinds)
    return world


__all__ = ["Cases", "orphans", "post_named"]
