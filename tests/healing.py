"""What the tests of healing share: archives in which all was lost, and a look at pages through Chromium's parser."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

from homes import Home
from storefixtures import capture_draft, capture_files, ended, started

from archiver.catalog.losses import StoredStanding
from archiver.extract import extract
from archiver.lookup.heal_copies import Copy, CopyFinder
from archiver.lookup.heal_nesting import extents_of
from archiver.lookup.heal_tokens import tags_of
from archiver.model.overtime import Event, EventKind
from archiver.model.records import Document, PostRecord, PostRef
from archiver.model.states import Availability, MentionKind
from archiver.platforms import post_resource, resource_for

AT = datetime(2026, 11, 22, 10, 15, 30, tzinfo=UTC)
GONE_AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LINK_BASE = "https://copies.example/snapshots"
TEXT = "Nine hulls & four hundred lanterns.\n\nThe <regatta> is back."
STANDING = StoredStanding(1, Availability.GONE_DELETED, AT, AT, AT, GONE_AT, Availability.GONE_DELETED, "a notice")


def html(body, url="https://news.example/story", charset=None):
    return Document("story.html", body, "text/html", url=url, charset=charset)


def a_copy(resource, **changes):
    values = {
        "capture_id": "20261122T101530Z-x-1-0001",
        "captured_at": AT,
        "version_url": f"{LINK_BASE}/captures/1/screenshot.png",
        "standing": STANDING,
        "record": PostRecord(text=TEXT, name="Ann Ó", handle="ann_b", lang="en"),
        "created_at": AT,
        "lost": True,
    }
    return Copy(resource, **{**values, **changes})


class EverythingLost:
    """As if every post on earth had been stored, and was declared gone; and, if asked, every page."""

    def __init__(self, *, pages=False, **changes):
        self._pages, self._changes = pages, changes

    def of(self, resource):
        lost = resource.platform is not None or self._pages
        return a_copy(resource, **{"lost": lost, **self._changes})


def resource_of(mention):
    if mention.url and mention.platform and mention.post_id:
        return post_resource(PostRef(mention.platform, mention.post_id, mention.url))
    return resource_for(mention.url) if mention.url else None


class LostHome(Home):
    """An archive that has copies of what it is told to, all of it declared gone unless said otherwise."""

    def keep(
        self, resources, *, declared=True, kind=EventKind.DECLARED_GONE, state=Availability.GONE_DELETED, **changes
    ):
        def seal(resource):
            def job(run, clock):
                draft = capture_draft(run, clock, resource, **changes)
                return run.seal(draft, capture_files(resource.key), [])

            return job

        sealed = self.run(*map(seal, resources))
        if declared:
            self.note(*(_event(number, one, kind, state) for number, one in enumerate(resources)))
        return [one.record for one in sealed]

    def note(self, *lines):
        """Journal lines of a run of their own, and their rows."""
        self.runs += 1
        with self.opened() as home:
            begun = started(self.clock, f"{self.runs:04d}")
            run = home.store.begin_run(begun)
            home.catalog.ingest(begun, path=run.journal_path, leaf=None)
            lines = tuple(replace(line, run_id=begun.id) for line in lines)
            run.note(*lines)
            home.catalog.ingest_notes(lines)
            over = ended(run, self.clock)
            leaves = run.end(over)
            home.catalog.ingest(over, path=run.journal_path, leaf=None)
            for leaf in leaves:
                home.catalog.ingest_leaf(leaf)

    def finder(self, catalog, **options):
        values = {"link": lambda path: f"{LINK_BASE}/{path}", "media_bytes": 100_000}
        return CopyFinder(catalog=catalog, store=self.store, **{**values, **options})


def _event(number, resource, kind, state):
    return Event(
        f"{kind}-{number}-{resource.key}", kind, GONE_AT, "20261122T101530Z-run-ab12", "a notice", resource, state=state
    )


def outside(body, healed):
    """The healed page, made from the original and the report alone."""
    edits = [(one.start, one.end, one.markup) for one in healed.replacements]
    edits += [(one.at, one.at, one.markup) for one in healed.decorations]
    place, parts = 0, []
    encoding = "utf-16-le" if body.startswith(b"\xff\xfe") else "utf-16-be" if body.startswith(b"\xfe\xff") else "ascii"
    for start, end, markup in sorted(edits):
        parts += [body[place:start], markup.encode(encoding)]
        place = end
    return b"".join([*parts, body[place:]])


def sign(mention):
    return mention.kind, mention.platform, mention.post_id, mention.url, mention.anchor, mention.dangling


def lost_beside(document, healed):
    """What the page mentioned beside what was replaced, and the healed page does not."""
    gone = {one.ordinal for one in healed.replacements}
    keys = {(one.resource.platform, one.resource.post_id) for one in healed.replacements}
    before = extract(document).mentions
    others = [
        one
        for one in before
        if one.ordinal not in gone and not (one.kind is MentionKind.LINK and (one.platform, one.post_id) in keys)
    ]
    return Counter(map(sign, others)) - Counter(map(sign, extract(replace(document, body=healed.body)).mentions))


def marked(body, healed):
    """The original page with a mark in the outermost start tags of each stretch that was replaced."""
    text = body.decode("latin-1")
    tags = tags_of(text)
    extents = extents_of(tags)
    places = []
    for one in healed.replacements:
        inside = [n for n, tag in enumerate(tags) if one.start <= tag.start < one.end and not tag.closing]
        top = [n for n in inside if extents[n].parent not in inside]
        for nth, number in enumerate(top):
            kind = "gone" if one.twin or nth else "card"
            places.append((tags[number].start + 1 + len(tags[number].name), kind))
    for place, kind in sorted(places, reverse=True):
        text = f'{text[:place]} archiver-mark="{kind}"{text[place:]}'
    return text.encode("latin-1")


#: Both pages as Chromium's own parser has them, each card (or what it replaces) one mark.
SAME_BESIDE = """([before, after]) => {
  const read = text => new DOMParser().parseFromString(text, 'text/html');
  const a = read(before), b = read(after);
  const mark = root => {
    root.querySelectorAll('[archiver-mark=gone]').forEach(node => node.remove());
    root.querySelectorAll('[archiver-mark=card], .archiver-card').forEach(node =>
      node.replaceWith(a.createElement('x-mark')));
    root.querySelectorAll('template').forEach(one => mark(one.content));
  };
  for (const one of [a, b]) mark(one);
  const clean = root => {
    const walker = b.createTreeWalker(root, NodeFilter.SHOW_COMMENT), found = [];
    while (walker.nextNode()) found.push(walker.currentNode);
    found.filter(node => /^\\/?archiver:healed/.test(node.data)).forEach(node => node.remove());
    root.querySelectorAll('[data-archiver-link]').forEach(node =>
      ['data-archiver-link', 'data-originalurl', 'data-versionurl', 'data-versiondate']
        .forEach(name => node.removeAttribute(name)));
    root.querySelectorAll('template').forEach(one => clean(one.content));
  };
  clean(b);
  // What was left open before an embed is opened anew before it, or in its card: it looks the same.
  const reopened = /^(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)$/;
  for (const one of [a, b]) {
    one.normalize();
    one.querySelectorAll('x-mark').forEach(mark => {
      for (let up; (up = mark.parentElement).firstChild === mark && reopened.test(up.localName);) {
        up.before(mark);
        if (!up.firstChild) up.remove();
      }
    });
  }
  // White space between an embed and its script goes with them.
  const [x, y] = [a, b].map(one =>
    one.documentElement.outerHTML.replace(/\\s*<x-mark><\\/x-mark>\\s*/g, '<x-mark></x-mark>'));
  if (x === y) return '';
  let n = 0;
  while (n < x.length && x[n] === y[n]) n++;
  return x.slice(Math.max(0, n - 150), n + 150) + '\\n---\\n' + y.slice(Math.max(0, n - 150), n + 150);
}"""
