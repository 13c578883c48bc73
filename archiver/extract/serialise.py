"""An extraction as one JSON object: the machine-readable form of `archiver extract`."""

from typing import Any

from archiver.model.records import Article, Claim, Extraction, Mention

__all__ = ["extraction_to_json"]


def extraction_to_json(source: str, extraction: Extraction) -> dict[str, Any]:
    """The object that stands for one source; every key is always there.

    `published_at` is ISO, as precise as published; `platform` and `post_id` are null for
    ordinary links, `url` for orphans and dangling links, `claim` where nothing is claimed.
    """
    return {
        "source": source,
        "article": _article(extraction.article),
        "mentions": [_mention(mention) for mention in extraction.mentions],
        "notes": list(extraction.notes),
    }


def _article(article: Article) -> dict[str, Any]:
    return {
        "url": article.url,
        "title": article.title,
        "byline": article.byline,
        "published_at": article.published_at,
        "modified_at": article.modified_at,
        "publisher": article.publisher,
        "section": article.section,
        "language": article.language,
        "updates": list(article.updates),
    }


def _mention(mention: Mention) -> dict[str, Any]:
    return {
        "ordinal": mention.ordinal,
        "kind": mention.kind.value,
        "platform": mention.platform,
        "post_id": mention.post_id,
        "url": mention.url,
        "variant": mention.variant,
        "dangling": mention.dangling,
        "anchor": mention.anchor,
        "context": mention.context,
        "heading": mention.heading,
        "claim": _claim(mention.claim) if mention.claim else None,
        "fragment": mention.fragment,
        "start": mention.start,
        "end": mention.end,
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "name": claim.name,
        "handle": claim.handle,
        "text": claim.text,
        "date": claim.date,
        "date_text": claim.date_text,
        "lang": claim.lang,
        "media": list(claim.media),
        "links": list(claim.links),
        "alternatives": list(claim.alternatives),
    }
