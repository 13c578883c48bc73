"""Documents that hold their text in a container: MHTML, PDF and DOCX, unpacked to HTML.

The container stays the source that is stored; what is read out of it exists in memory only.
"""

from dataclasses import replace

from archiver.model.records import Document

__all__ = ["DOCX", "MHTML", "PDF", "unpacked"]

MHTML, PDF = "multipart/related", "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def unpacked(document: Document) -> Document:
    """The document itself, or for a container the HTML document in it.

    The `url` of an MHTML document is the address that it was saved from, if none is known
    better. Raises InputUnreadable for a container without readable text: broken, encrypted,
    or pictures of text only. Everything inside is bounded; what was cut is said in the notes.
    """
    # Imported where they are needed: most articles are HTML, and start the sooner.
    kind = document.media_type.partition(";")[0].strip().lower()
    if kind == PDF:
        from archiver.extract.pdf import read_pdf  # noqa: PLC0415

        return _html(document, *read_pdf(document.body, document.source))
    if kind == DOCX:
        from archiver.extract.docx import read_docx  # noqa: PLC0415

        return _html(document, *read_docx(document.body, document.source))
    if kind != MHTML:
        return document
    from archiver.extract.mhtml import read_mhtml  # noqa: PLC0415

    page = read_mhtml(document.body, document.source)
    return replace(
        document,
        body=page.body,
        media_type=page.media_type,
        charset=page.charset,
        url=document.url or page.location,
        notes=(*document.notes, *page.notes),
    )


def _html(document: Document, html: str, notes: tuple[str, ...]) -> Document:
    # A lone half of a surrogate pair can come out of broken files.
    body = html.encode("utf-8", "replace")
    return replace(document, body=body, media_type="text/html", charset="utf-8", notes=(*document.notes, *notes))
