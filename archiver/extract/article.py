"""What a Markdown or plain-text article says of itself, and the update stamps of any."""

import re
from collections.abc import Sequence
from itertools import pairwise

from archiver.extract.blocks import Block, BlockKind
from archiver.extract.dates import iso_date, iso_instant
from archiver.model.records import Article

__all__ = ["front_matter", "text_article", "update_stamps"]

_UPDATE = re.compile(
    r"(?:UPDATED?|Updated?|Actualizaci[oó]n|Actualizado|Atualiza[cç][aã]o|Mise à jour|Aktualisierung|Aggiornamento)\b"
    r"\s*(?:[(\[]\s*([^)\]\n]{2,60}?)\s*[)\]]|[:,]?\s*(\d{1,2}[:.h]?\d{0,2}\s?(?:[ap]\.?m\.?)?(?:\s?[A-Z]{2,4})?)\s*[:—–-])"
)
_NAME = r"[^\W\d_][\w.'’-]*"
_BYLINE = re.compile(
    r"(?i:by|par|por|von|di|door|av|af|autor|author|written by)\s*:?\s+"
    rf"({_NAME}(?:,?\s+(?:and |und |y |et |e |& )?{_NAME}){{0,7}})\s*(?:[|·].{{0,80}})?"
)
_DATED = re.compile(
    r"(?i:date created|date|published|posted|publication date|publicado|publié|veröffentlicht|pubblicato)"
    r"(?:\s+(?i:on|el|le|am|il|em))?\s*:?\s*"
)
_TITLE_CHARS = 300
_FRONT = re.compile(r"\ufeff?---[ \t]*\r?\n(.{0,20000}?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", re.DOTALL)
_FIELD = re.compile(r"^([A-Za-z_-]{1,40})[ \t]*:[ \t]*(.{1,2000}?)[ \t]*\r?$", re.MULTILINE)


def front_matter(text: str) -> tuple[dict[str, str], int]:
    """The fields of a YAML head that are plain text, and where the article begins after it."""
    found = _FRONT.match(text)
    if not found:
        return {}, 0
    fields = {name.lower(): value.strip("\"'") for name, value in _FIELD.findall(found[1])}
    return (fields, found.end()) if fields else ({}, 0)


def text_article(blocks: Sequence[Block], fields: dict[str, str], url: str | None) -> Article:
    """The article that the blocks of a text make up; `fields` are those of its YAML head."""
    return Article(
        url=url or fields.get("canonical_url") or fields.get("url"),
        title=fields.get("title") or _title(blocks),
        byline=fields.get("author") or _byline(blocks),
        published_at=iso_instant(fields.get("date")) or _published(blocks),
        modified_at=iso_instant(fields.get("lastmod") or fields.get("updated")),
        language=fields.get("lang") or fields.get("language"),
        updates=update_stamps(blocks),
    )


def update_stamps(blocks: Sequence[Block]) -> tuple[str, ...]:
    """The stamps of paragraphs that begin `Update (1510ET)`, in reading order, as published."""
    found = (_UPDATE.match(block.text.lstrip()) for block in blocks if block.kind is not BlockKind.EMBED)
    return tuple((match[1] or match[2]).strip() for match in found if match)


def _title(blocks: Sequence[Block]) -> str | None:
    headings = (block for block in blocks if block.kind is BlockKind.HEADING and block.text.strip())
    first = next(headings, None) or next((block for block in blocks if block.text.strip()), None)
    if first is None:
        return None
    title = " ".join(first.text.strip().split("\n")[0].split())
    return title if first.kind is BlockKind.HEADING or len(title) <= _TITLE_CHARS else None


def _byline(blocks: Sequence[Block]) -> str | None:
    for block in blocks:
        text = " ".join(block.text[:_TITLE_CHARS].split())
        found = _BYLINE.fullmatch(text) if block.kind is BlockKind.TEXT else None
        if found and found[1][:1].isupper():
            return found[1]
    return None


def _published(blocks: Sequence[Block]) -> str | None:
    shown = [block for block in blocks if block.text.strip()]
    for block, below in pairwise([*shown, Block(BlockKind.RULE)]):
        found = _DATED.match(block.text.strip()[:_TITLE_CHARS])
        if found:
            rest = block.text.strip()[found.end() :]
            day = iso_date(rest[:40]) if rest else iso_date(below.text[:40])
            if day:
                return day
    return None
