"""Articles that name, quote and credit people with handles, and hold no post."""

import random
import textwrap

import pytest

from archiver.extract import extract
from archiver.model.records import Document
from archiver.model.states import MentionKind


def names(text):
    return text.split()


FIRST = names("Ann Bo Carla Dieter Eva Femke Goran Hana Ivo Jun Kaya Lena Marek Nils Olga Pia")
LAST = names("Amsel Brook Castro Dvořák Eriksen Ferro Gilles Horn Ito Jansen Kaya Lindh Moreau Nowak")
TOPICS = names("harbour ferry council bridge school library market tram garden theatre station lighthouse")
DAYS = [
    "March 29, 2022",
    "29 de marzo de 2022",
    "29. März 2022",
    "29 mars 2022",
    "2022年3月29日",
    "29 марта 2022 г.",
    "March 3, 2020",
]
SENTENCES = (
    "The {topic} was closed again — for the third time this year — and nobody could say why.",
    "{name} (@{handle}) said on {day} that the {topic} would open soon.",
    "“We did not know,” {name} — who writes as @{handle} — told this paper on {day}.",
    "Most of the {topic} had been built by volunteers, and it showed.",
    "A spokesman — {name} (@{handle}) — declined to comment on {day}, and again a week later.",
    "The account (@{handle}) — {day} was its first day — has few readers.",
    "She asked @{handle} and @{other}, and both answered within the hour.",
    "In {day} terms that is little: the {topic} costs more — far more — than it earns.",
    "Someone had written “gone fishing — back soon” on the door of the {topic}.",
    "By {day} the {topic} was open; {name} (@{handle}) was the first to come.",
    "He wrote on Twitter as @{handle}, then not at all.",
    "It was {name} — @{handle} to her readers — who found the plan of the {topic}.",
)
LINES = (
    "— {name} (@{handle})",
    "—{name} (@{handle})",
    "— {name}, {day}",
    "— {name} (@{handle}), {day}",
    "— {name} (@{handle}) on {day}",
    "— {name} (@{handle}) | {day}",
    "— {name} (@{handle}) · {day}",
    "— {name} (@{handle}), Harbour City, {day}",
    "— Reporting by {name} (@{handle}); editing by {colleague} (@{other}), {day}",
    "— {name} (@{handle}) and {colleague} (@{other}), {day}",
    "— {name} (@{handle}) {day} in Harbour City",
    "By {name} (@{handle}) — {day}",
    "By {name} (@{handle}) {day}",
    "{name} (@{handle}) {day}",
    "Photo: {name} (@{handle}) — Harbour Press, {day}",
    "Photo by {name} (@{handle}) / {day}",
    "(Picture — {name}, @{handle}, {day})",
    "{name} — @{handle} — {day}",
    "Follow {name} (@{handle}) for more. Updated {day}",
    "Posted by {name} on {day}",
    "Posted by {name} (@{handle}) on {day}",
    "@{handle} — {day}",
    "— {name} <{handle}@harbour.example> {day}",
    "— {name} (@{handle}@harbour.example)",
    "Contact: {name} (@{handle}), Instagram and Threads",
    "Post by @{handle}",
    "View on Instagram",
    "♬ The song of the {topic} ♬",
    "by {name} in Harbour City",
)


def page(number):
    """A prose page: title, byline, paragraphs, and lines that only look like attributions."""
    chance = random.Random(number)

    def filled(template):
        name, colleague = (f"{chance.choice(FIRST)} {chance.choice(LAST)}" for _ in range(2))
        return template.format(
            name=name,
            colleague=colleague,
            handle=name.split()[0].lower() + str(chance.randrange(100)),
            other=colleague.split()[0].lower() + "_writes",
            day=chance.choice(DAYS),
            topic=chance.choice(TOPICS),
        )

    def paragraph():
        return filled(" ".join(chance.choices(SENTENCES, k=chance.randint(1, 5))))

    parts = [filled("A new {topic} for the town"), filled("— {name} (@{handle}) {day}")]
    for _ in range(chance.randint(4, 9)):
        parts.append(paragraph())
        if chance.random() < 0.6:
            parts.append(filled(chance.choice(LINES)))
    return parts


def posts(body, media_type):
    return [m for m in extract(Document("p", body.encode(), media_type)).mentions if m.kind is not MentionKind.LINK]


@pytest.mark.parametrize("media_type", ["text/plain", "text/markdown", "text/html"])
def test_two_hundred_pages_of_prose_hold_no_post(media_type):
    found = []
    for number in range(200):
        parts = page(number)
        if media_type == "text/html":
            body = f"<h1>{parts[0]}</h1>" + "".join(f"<p>{part.replace('<', '&lt;')}</p>" for part in parts[1:])
        else:
            body = "\n\n".join(parts)
        found += [(number, m.platform, m.fragment) for m in posts(body, media_type)]
    assert found == []


@pytest.mark.parametrize("width", [40, 72, 100])
def test_prose_that_was_broken_into_lines_holds_no_post_either(width):
    found = []
    for number in range(0, 200, 4):
        body = "\n\n".join(textwrap.fill(part, width) for part in page(number))
        found += [(number, m.platform, m.fragment) for m in posts(body, "text/plain")]
    assert found == []
