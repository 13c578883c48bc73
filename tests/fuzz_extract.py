"""Fuzz every entry of `extract/` and `platforms/`: nothing raises, nothing is slow, memory is bounded.

Inputs are mutations of what is real: the URLs, markup, pages and answers that the platforms'
own samples and the tests hold. `test_extract_fuzz.py` runs some of them under Hypothesis on
every test run; by hand as many as one likes are run, in processes, reproducibly:

    .venv/bin/python tests/fuzz_extract.py --count 1000000 --seconds 3600 --jobs 2 [--seed 7]
"""

import argparse
import base64
import json
import multiprocessing
import random
import resource
import sys
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from html import escape
from urllib.parse import quote

import test_extract_variants as variants
from bs4 import BeautifulSoup

from archiver.extract import extract, extraction_to_json
from archiver.extract.html import read_html
from archiver.extract.markdown import read_markdown
from archiver.model.records import Document
from archiver.model.urls import canonical_url, parse_url, surt
from archiver.platforms import all_platforms, identify, is_shortener, platform_named, post_resource, resource_for
from archiver.platforms.base import Answer, RecordRequest

#: No call may take longer, and no process may grow larger.
CALL_S = 2.0
MEMORY_BYTES = 500_000_000

TEXTS = (
    "He wrote:\n\nWords of the post https://t.co/AbC123xyz\n\n— Some Name (@some_name) March 29, 2022",
    "1/ Words of one\n\n— Ann 🦊 (she/her) (@ann_b) [29 de marzo de 2022](#)\n\n2/ Two\n— Ann (@ann_b) 2022年3月29日",
    "# Title\n\nby Ann B.\n\n> quoted **bold** [link](//e.example/a_(b)) `code`\n\n- item\n\n---\n\nUpdate (3PM): x",
    "View this post on Instagram\n\nA post shared by Some Name (@some.name) on Jan 6, 2017 at 2:12am PST",
    "words — Ann B (@ann_b) March 29, 2022 " * 60 + "\n" + "— Ann B (@ann_b) March 29, 2022\n" * 60,
    ("a b.\n\n" * 15 + "— Ann B (@ann_b) March 29, 2022\n\n") * 20,
    "Post by @user@social.example\nView on Mastodon\n\n[ref]: https://x.com/a/status/1508847000000000000\n\n[it][ref]",
)
TOKENS = (
    *("<", ">", '"', "'", "&", "&amp;", "&#x0;", "&#xD800;", "%", "%00", "%2F", "//", "\\", "\x00", "\ud800", "\ufffe"),
    *(
        "\u202e",
        "\u200b",
        "é",
        "😀",
        "İ",
        "ß",
        "０",
        "a" * 300,
        "9" * 400,
        "-",
        ".",
        "@",
        "#",
        "?",
        "=",
        ";",
        ":",
        "[",
        "]",
    ),
    *("(", ")", "{", "}", "\n", "\r\n", "\t", " " * 200, "null", "1e999", "-1", "true", "NaN", "javascript:", "data:,"),
    *("http://[", "https://x.com@evil.example/", "xn--", "<!--", "-->", "<![CDATA[", "]]>", "</script>", "<script>"),
    *("<template shadowrootmode=open>", "<noscript>", "<iframe srcdoc='", "<blockquote class=twitter-tweet>", "</p>"),
    *("<div data-x='", "data-src=", '{"html":"', "\\u003c", 'self.__next_f.push([1,"', "— (@a) ", "March 29, 2022"),
)
NAMES = (
    "cut",
    "drop",
    "repeat",
    "insert",
    "swap",
    "flip",
    "escape",
    "quote",
    "base64",
    "json",
    "wrap",
    "case",
    "splice",
)
_MOST_CHARS = 300_000


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change of a text; `at` and `part` are fractions of its length."""

    name: str
    at: float = 0.0
    part: float = 0.0
    token: str = ""
    times: int = 1


def mutated(text, mutations):
    """`text` after all the changes, never longer than the bound."""
    for mutation in mutations:
        begin = int(mutation.at * len(text))
        end = min(len(text), begin + int(mutation.part * len(text)) + 1)
        text = _changed(text, begin, end, mutation)[:_MOST_CHARS]
    return text


def _changed(text, begin, end, mutation):
    piece, token = text[begin:end], mutation.token
    changed = {
        "cut": lambda: text[:begin],
        "drop": lambda: text[:begin] + text[end:],
        "repeat": lambda: text[:begin] + piece * min(mutation.times, _MOST_CHARS // len(piece or "-") + 1) + text[end:],
        "insert": lambda: text[:begin] + token * mutation.times + text[begin:],
        "swap": lambda: text[end:] + piece + text[:begin],
        "flip": lambda: text[:begin] + piece[::-1] + text[end:],
        "escape": lambda: text[:begin] + escape(piece) + text[end:],
        "quote": lambda: text[:begin] + quote(piece, safe="", errors="replace") + text[end:],
        "base64": lambda: text[:begin] + base64.b64encode(piece.encode("utf-8", "replace")).decode() + text[end:],
        "json": lambda: text[:begin] + json.dumps(piece) + text[end:],
        "wrap": lambda: f"<div data-x='{escape(text)}'>{token}</div>",
        "case": lambda: text[:begin] + piece.swapcase() + text[end:],
        "splice": lambda: text[:begin] + token + text[end:],
    }
    return changed[mutation.name]()


# --- what is fuzzed ------------------------------------------------------------------------------------


@cache
def pools():
    """Kind of input → (what is known of it, its text) of each seed."""
    platforms = all_platforms()
    urls = [(None, sample.url) for platform in platforms for sample in platform.samples]
    markup = [(platform, sample.html) for platform in platforms for sample in platform.markup_samples]
    answers = [
        ((platform, sample), sample.answer.body.decode("utf-8", "replace"))
        for platform in platforms
        for sample in platform.answers
    ]
    pages = [
        *(page for page, _ in (*variants.RENDERED.values(), *variants.HELD_BACK.values(), *variants.SYSTEMS.values())),
        *(variants.SHOWN + state for state in variants.STATES.values()),
        *(markup for markup, _ in variants.UNKNOWN.values()),
        *variants.MACHINERY,
    ]
    return {
        "url": urls,
        "markup": markup,
        "answer": answers,
        "page": [(None, page) for page in pages],
        "text": [(None, text) for text in TEXTS],
        "id": [(platform, sample.post_id) for platform in platforms for sample in platform.times]
        + [(platform, identify(platform.samples[0].url).post_id) for platform in platforms],
    }


def try_url(_known, text):
    """Every question that is asked of an address. Entries yield after each call that is timed."""
    post = identify(text)
    yield
    is_shortener(text)
    yield
    resource = resource_for(text)
    yield
    surt(text)
    yield
    again = canonical_url(text)
    assert again is None or canonical_url(again) == again
    if post is not None:
        assert post.post_id
        assert (identify(post.url) or post).post_id == post.post_id, "the canonical form is another post"
        assert resource == post_resource(post)
        platform = platform_named(post.platform)
        yield platform.plan(post)
        yield platform.record_requests(post)
        yield platform.created_at(post.post_id)
    assert (resource is None) == (post is None and parse_url(text) is None)


def try_markup(_platform, text):
    """Every rule of every platform, on the first element that it fits."""
    with warnings.catch_warnings(action="ignore"):
        soup = BeautifulSoup(text.encode("utf-8", "replace"), "lxml")
    tags = soup.find_all(True, limit=12)
    for platform in all_platforms():
        for rule in platform.markup:
            for tag in (tag for tag in tags if rule.fits(tag)):
                list(rule.read(tag))
                yield


def try_answer(known, text):
    """What a platform makes of an answer, whatever its status and type."""
    platform, sample = known
    post = identify(sample.url)
    requests = platform.record_requests(post) or (RecordRequest(post.url),)
    body = text.encode("utf-8", "surrogatepass")
    for request in requests:
        for answer in (replace(sample.answer, body=body), Answer(200, body), Answer(404, body, url=text[:200])):
            platform.read_record(post, request, answer)
            yield


def try_id(platform, text):
    """The time in an id that is not one."""
    yield platform.created_at(text)


def try_page(_known, text):
    """A page, through the whole of extraction and through its first half alone."""
    yield read_html(text)
    yield _try_document(text, "text/html")


def try_text(_known, text):
    """Markdown and plain text, through the whole of extraction and through the first half alone."""
    yield read_markdown(text)
    yield _try_document(text, "text/markdown")
    yield _try_document(text, "text/plain")


def _try_document(text, media_type):
    document = Document("s", text.encode("utf-8", "surrogatepass"), media_type, url="https://news.example/2022/03/29/a")
    extraction = extract(document)
    json.dumps(extraction_to_json("s", extraction))
    assert [mention.ordinal for mention in extraction.mentions] == list(range(1, len(extraction.mentions) + 1))


ENTRIES = {
    "url": try_url,
    "markup": try_markup,
    "answer": try_answer,
    "page": try_page,
    "text": try_text,
    "id": try_id,
}
#: How many of a hundred inputs are of each kind: the cheap ones are many.
SHARES = {"url": 40, "markup": 12, "answer": 14, "page": 14, "text": 10, "id": 10}


def call(kind, known, text):
    """Tries one input; gives the processor seconds that the longest of its calls took."""
    longest, began = 0.0, time.thread_time()
    for _ in ENTRIES[kind](known, text):
        now = time.thread_time()
        longest, began = max(longest, now - began), now
    return longest


# --- by hand ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Figures:
    """What one process saw."""

    calls: Counter = field(default_factory=Counter)
    slowest_s: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)
    peak_bytes: int = 0


def random_input(chance):
    kind = chance.choices(list(SHARES), list(SHARES.values()))[0]
    known, text = chance.choice(pools()[kind])
    if chance.random() < 0.15:
        text += chance.choice(pools()[kind])[1]
    count = chance.choice((0, 1, 1, 2, 2, 3, 5, 8))
    return kind, known, mutated(text, [random_mutation(chance) for _ in range(count)])


def random_mutation(chance):
    times = chance.choice((1, 1, 1, 2, 3, 10, 100)) if chance.random() < 0.98 else chance.choice((1000, 20_000))
    part = chance.random() ** 4
    return Mutation(chance.choice(NAMES), chance.random(), part, chance.choice(TOKENS), times)


def fuzz(seed, count, seconds):
    """As many inputs as asked for, or as many as fit into the time; each is known by its seed and number."""
    figures, until = Figures(), time.monotonic() + seconds
    for number in range(count):
        if time.monotonic() > until or len(figures.faults) > 20:
            break
        kind, known, text = random_input(random.Random(f"{seed}/{number}"))
        figures.calls[kind] += 1
        try:
            took_s = call(kind, known, text)
        except Exception:  # noqa: BLE001  # what is raised is what is looked for
            figures.faults.append(f"input {seed}/{number} ({kind}): {traceback.format_exc(limit=-3)}{text[:500]!r}")
            continue
        figures.slowest_s[kind] = max(figures.slowest_s.get(kind, 0.0), took_s)
        if took_s > CALL_S:
            figures.faults.append(f"input {seed}/{number} ({kind}): {took_s:.1f} s\n{text[:500]!r}")
    figures.peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    share = -(-options.count // options.jobs)
    with multiprocessing.Pool(options.jobs) as pool:
        jobs = [(f"{options.seed}.{job}", share, options.seconds) for job in range(options.jobs)]
        found = pool.starmap(fuzz, jobs)
    calls = sum((figures.calls for figures in found), Counter())
    faults = [fault for figures in found for fault in figures.faults]
    lines = [
        f"{kind:8}{calls[kind]:10} inputs, slowest call {max(one.slowest_s.get(kind, 0.0) for one in found):.3f} s"
        for kind in ENTRIES
    ]
    peak = max(figures.peak_bytes for figures in found)
    lines.append(f"{calls.total()} inputs, {len(faults)} faults, peak {peak / 1e6:.0f} MB a process\n")
    sys.stdout.write("\n".join([*lines, *faults]))
    sys.exit(bool(faults) or peak > MEMORY_BYTES)


if __name__ == "__main__":
    main()
