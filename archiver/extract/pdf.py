"""PDF to HTML: its paragraphs, headings, lists and links, in reading order.

The bytes are read by PDFium in a process of its own with hard limits (`pdfchild.py`): no
file can crash, stop or fill up this one.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from archiver.extract.inline import trim_url
from archiver.extract.pdflayout import Paragraph, paragraphs
from archiver.extract.pdflines import Line, Run, line_of, without_running_heads
from archiver.model.errors import InputUnreadable

__all__ = ["read_pdf"]

_CHILD = Path(__file__).with_name("pdfchild.py")
#: More than the child allows itself.
_TIMEOUT_S = 60.0
_PROBLEMS = {
    "encrypted": "is an encrypted PDF document, which needs a password",
    "broken": "is a broken PDF document",
}
_URL = re.compile(r"https?://[^\s<>\"'`\\]{3,2000}", re.IGNORECASE)
_URL_GOES_ON = re.compile(r"https?://\S{1,2000}[/=&?_.%-]$|https?://[^\s/]{1,200}/\S{0,2000}$", re.IGNORECASE)
_URL_REST = re.compile(r"(?=\S*[\d/=&?_%-])[\w/=&?_.%#~+-]{4,2000}$")
_WORD = re.compile(r"\w[\w-]*")
_RULE = re.compile(r"\s*(?:[*\-_–—=~•·]\s*){3,}")
#: An attribution line may begin with a dash too, and is no item of a list.
_BULLET = re.compile(r"[•◦▪▫‣●○■□]\s+|[-*]\s+(?!.*\(@)", re.DOTALL)
_FILE_NAME = re.compile(
    r"(?:microsoft \w+ - .*|untitled.*|.*\.(?:docx?|html?|indd|tex|odt|pdf|dvi|txt|rtf))", re.IGNORECASE
)
_HEADING, _HEADING_LINES, _HEADING_CHARS = 1.22, 3, 250
_MOST_NOTED = 5


def read_pdf(body: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """The document as HTML, and notes on what was cut.

    Raises InputUnreadable for a document that is encrypted, broken, or holds no text but
    pictures of it, and for one that costs its reader more than 40 seconds or 1.5 GB.
    """
    head, pages, problem = _read(body)
    if head is None or head.get("problem"):
        why = (
            _PROBLEMS.get(str(head["problem"]), "is a broken PDF document")
            if head
            else f"is a PDF document that {problem}"
        )
        raise InputUnreadable(f"{name} {why}")
    lines = [[line for value in page["lines"] if (line := line_of(value, n))] for n, page in enumerate(pages)]
    if not any(lines):
        raise InputUnreadable(
            f"{name} is a PDF document without text, perhaps of scanned pages"
            if not problem
            else f"{name} is a PDF document that {problem}",
            next_step="Run it through text recognition (OCR) first.",
        )
    bodies = without_running_heads(
        [(page["height"], page_lines) for page, page_lines in zip(pages, lines, strict=True)]
    )
    pictures = [url for page in pages for url in page["pictures"]]
    return _html(bodies, head["meta"], pictures), tuple(_notes(int(head["pages"]), lines, problem))


def _read(body: bytes) -> tuple[dict[str, Any] | None, list[dict[str, Any]], str]:
    """What the child says of the document, its pages, and in words what befell the child."""
    problem = ""
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_CHILD)], input=body, capture_output=True, timeout=_TIMEOUT_S, check=False
        )
        output, failed = done.stdout, done.returncode != 0
    except subprocess.TimeoutExpired as late:
        output, failed = late.stdout or b"", True
    if failed:
        problem = "its reader could not cope with (it crashed, or took too much time or memory)"
    rows = [json.loads(row) for row in output.split(b"\n")[:-1]]
    return (rows[0] if rows else None), rows[1:], problem


def _notes(count: int, lines: Sequence[Sequence[Line]], problem: str) -> Iterator[str]:
    if len(lines) < count:
        yield f"only the first {len(lines)} of {count} pages were read" + (f": the rest {problem}" if problem else "")
    empty = [number for number, page in enumerate(lines, 1) if not page]
    if empty:
        shown = ", ".join(map(str, empty[:_MOST_NOTED])) + (" …" if len(empty) > _MOST_NOTED else "")
        yield f"{len(empty)} of {len(lines)} pages hold no text (page {shown})"


def _html(pages: Sequence[Sequence[Line]], meta: dict[str, str], pictures: Sequence[str]) -> str:
    """The page; `pictures` are links over something that is no text, whose place is not known so well."""
    parts = paragraphs(pages)
    body = _body_height(parts)
    words = Counter(word for part in parts for line in part.lines for word in _WORD.findall(line.text.lower()))
    title, author = str(meta.get("Title", "")).strip(), str(meta.get("Author", "")).strip()
    head = f"<title>{escape(title)}</title>" if title and not _FILE_NAME.fullmatch(title) else ""
    head += f'<meta name="author" content="{escape(author)}">' if author else ""
    largest = max((part.height for part in parts if _is_heading(part, body)), default=0.0)
    blocks = [_block(part, body, largest, words) for part in parts]
    blocks += [f'<p><a href="{escape(url)}"><img alt=""></a></p>' for url in pictures]
    return f"<html><head>{head}</head><body>" + "\n".join(blocks) + "</body></html>"


def _body_height(parts: Sequence[Paragraph]) -> float:
    """The height of the letters that most of the text is set in."""
    sizes: Counter[float] = Counter()
    for part in parts:
        for line in part.lines:
            sizes[round(line.height, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 1.0


def _is_heading(part: Paragraph, body: float) -> bool:
    chars = sum(len(line.text) for line in part.lines)
    return part.height >= _HEADING * body and len(part.lines) <= _HEADING_LINES and 1 < chars <= _HEADING_CHARS


def _block(part: Paragraph, body: float, largest: float, words: Counter[str]) -> str:
    text = "".join(line.text for line in part.lines)
    if _RULE.fullmatch(text):
        return "<hr>"
    html = "".join(_marked(run) for run in _merged(_runs(part, words)))
    if _is_heading(part, body):
        tag = "h1" if part.height >= largest * 0.97 else "h2"
        return f"<{tag}>{html}</{tag}>"
    if bullet := _BULLET.match(text):
        return f"<ul><li>{html.replace(escape(bullet[0].strip()), '', 1)}</li></ul>"
    return f"<p><b>{html}</b></p>" if all(line.bold for line in part.lines) else f"<p>{html}</p>"


def _runs(part: Paragraph, words: Counter[str]) -> Iterator[Run]:
    """The text of a paragraph, its lines joined."""
    said = ""
    for index, line in enumerate(part.lines):
        runs = list(line.runs)
        join = part.joins[index - 1] if index else None
        if join is not None and join.hyphen:
            # The words are one; whether the hyphen is theirs, the rest of the document tells.
            yield Run(_hyphen(said, line.text, words), runs[0].url)
        elif join is not None and not (join.text == " " and _is_broken_url(said, line.text)):
            yield Run(
                join.text, runs[0].url if runs[0].url and runs[0].url == part.lines[index - 1].runs[-1].url else ""
            )
        if index < len(part.joins):
            end = runs[-1].text.rstrip()
            runs[-1] = Run(end[:-1] if part.joins[index].hyphen else end, runs[-1].url)
        said = line.text
        yield from runs


def _hyphen(above: str, below: str, words: Counter[str]) -> str:
    """The hyphen between two lines: kept where the rest of the document writes the word with it."""
    stem, first = above.rstrip().lower().split()[-1].rstrip("-\u00ad"), below.lower().split()[0]
    stem, first = (_WORD.findall(stem) or [""])[-1], (_WORD.findall(first) or [""])[0]
    return "-" if words[f"{stem}-{first}"] > words[stem + first] or stem[-1:].isdecimal() else ""


def _is_broken_url(above: str, below: str) -> bool:
    """Whether a URL in the text goes on in the next line."""
    last, first = above.rstrip().rsplit(maxsplit=1)[-1:], below.split(maxsplit=1)[:1]
    return bool(last and first and _URL_GOES_ON.match(last[0]) and _URL_REST.match(first[0]))


def _merged(runs: Iterator[Run]) -> Iterator[Run]:
    """Runs that lead to the same place are one; URLs that are only written lead there too."""
    text, url = "", ""
    for run in runs:
        if run.url != url and text:
            yield from _split(Run(text, url))
            text = ""
        text, url = text + run.text, run.url
    if text:
        yield from _split(Run(text, url))


def _split(run: Run) -> Iterator[Run]:
    start = 0
    for found in _URL.finditer(run.text) if not run.url else ():
        url = trim_url(found[0])
        yield Run(run.text[start : found.start()])
        yield Run(url, url)
        start = found.start() + len(url)
    yield Run(run.text[start:], run.url)


def _marked(run: Run) -> str:
    text = escape(run.text).replace("\n", "<br>")
    return f'<a href="{escape(run.url)}">{text}</a>' if run.url and text.strip() else text
