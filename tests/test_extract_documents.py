"""MHTML, PDF and DOCX: what they say, whoever wrote them, and what becomes of those that say nothing."""

import base64
import time
import zlib

import pytest
from documents import POST, docx, paragraph, pdf, printed, shown, simple_pdf

from archiver.extract import extract
from archiver.extract.docx import read_docx
from archiver.extract.mhtml import read_mhtml
from archiver.extract.pdf import read_pdf
from archiver.extract.unpack import DOCX, MHTML, PDF
from archiver.model.errors import InputUnreadable
from archiver.model.records import Document
from archiver.model.states import MentionKind

CANONICAL = "https://x.com/i/status/1508955577374146568"


def read(body, media_type, url=None):
    return extract(Document("source", body, media_type, url))


def posts(extraction):
    return [mention.url for mention in extraction.mentions if mention.platform]


def html_of(body):
    return read_pdf(body, "a.pdf")[0]


# --- MHTML ---------------------------------------------------------------------------------------

CHROMIUM = b"""From: <Saved by Blink>
Snapshot-Content-Location: https://news.example/2026/harbour
Subject: =?utf-8?Q?Harbour?=
Date: Sun, 22 Nov 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/related;
\ttype="text/html";
\tboundary="----MultipartBoundary--x----"


------MultipartBoundary--x----
Content-Type: text/html
Content-ID: <frame-1@mhtml.blink>
Content-Transfer-Encoding: quoted-printable
Content-Location: https://news.example/2026/harbour

<!DOCTYPE html><html><head><meta http-equiv=3D"Content-Type" content=3D"text/html; charset=3DUTF-8">=
<title>Harbour =E2=80=94 reopened</title></head><body><p>See <a href=3D"/other">here</a> and <a href=3D"https://else=
where.example/">there</a>.</p><iframe src=3D"cid:frame-2@mhtml.blink"></iframe></body></html>
------MultipartBoundary--x----
Content-Type: text/html
Content-ID: <frame-2@mhtml.blink>
Content-Transfer-Encoding: quoted-printable
Content-Location: https://platform.twitter.com/embed/Tweet.html?dnt=3Dfalse&id=1508955577374146568

<html><body>the widget</body></html>
------MultipartBoundary--x----
Content-Type: image/png
Content-Transfer-Encoding: base64
Content-Location: https://news.example/a.png

iVBORw0KGgo=

------MultipartBoundary--x------
""".replace(b"\n", b"\r\n")


def outlook(html, charset="windows-1252", location="file:///C:/AB12/news.htm", root=""):
    body = base64.encodebytes(html.encode(charset)).decode()
    return f"""MIME-Version: 1.0
Content-Type: multipart/related; boundary="----=_NextPart_01"{root}

This is a multi-part message in MIME format.

------=_NextPart_01
Content-Location: file:///C:/AB12/filelist.xml
Content-Type: text/xml; charset="utf-8"

<xml/>

------=_NextPart_01
Content-Location: {location}
Content-ID: <news@01>
Content-Transfer-Encoding: base64
Content-Type: text/html; charset="{charset}"

{body}
------=_NextPart_01--
""".encode()


def test_a_page_saved_by_chromium_has_its_address_its_words_and_its_widgets_posts():
    extraction = read(CHROMIUM, MHTML)
    assert (extraction.article.title, extraction.article.url) == (
        "Harbour — reopened",
        "https://news.example/2026/harbour",
    )
    assert [mention.url for mention in extraction.mentions] == [
        "https://elsewhere.example/",
        "https://x.com/i/status/1508955577374146568",
    ]
    assert extraction.mentions[1].kind is MentionKind.EMBED


def test_an_address_given_for_a_saved_page_wins_over_its_own():
    assert read(CHROMIUM, MHTML, "https://mirror.example/a").article.url == "https://mirror.example/a"


def test_a_page_saved_by_outlook_is_read_in_its_parts_charset():
    page = outlook(f"<title>Fährhafen – „neu“</title><p>über <a href='{POST}'>das</a>")
    saved = read_mhtml(page, "a.mht")
    assert (saved.charset, saved.location) == ("windows-1252", None)
    extraction = read(page, MHTML)
    assert (extraction.article.title, extraction.article.url) == ("Fährhafen – „neu“", None)
    assert posts(extraction) == [CANONICAL]


def test_the_root_is_the_part_that_start_names():
    page = outlook("<p>the page", location="https://news.example/a", root='; start="<news@01>"')
    assert read_mhtml(page, "a").location == "https://news.example/a"
    assert b"the page" in read_mhtml(page, "a").body


def test_of_alternatives_the_html_one_is_read():
    mail = (
        b"MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\nplain\n"
        b"--b\nContent-Type: text/html\n\n<p>marked up\n--b--\n"
    )
    assert read_mhtml(mail, "a.eml").body.strip() == b"<p>marked up"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b--\n",
        b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: image/png\n\nx\n--b--",
        b"Content-Type: multipart/related\n\nno boundary",
        b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(3000)),
    ],
)
def test_a_saved_page_without_a_page_is_refused_in_a_sentence(body):
    with pytest.raises(InputUnreadable, match="source is"):
        read(body, MHTML)


def test_a_saved_page_of_a_million_parts_is_cut():
    body = b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>x\n"
    extraction = read(body + b"--b\n\nx\n" * 1_000_000, MHTML)
    assert "only the first 20000 parts were read" in extraction.notes


# --- DOCX ----------------------------------------------------------------------------------------

STYLES = (
    '<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Mine"><w:name w:val="Mine"/><w:basedOn w:val="berschrift1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Zitat"><w:name w:val="Quote"/></w:style>'
)


def test_paragraphs_headings_lists_quotations_and_tables_stand_in_their_order():
    cell = f"<w:tc>{paragraph('cell')}</w:tc>"
    body = (
        paragraph("Head", '<w:pStyle w:val="berschrift1"/>')
        + paragraph("Like it", '<w:pStyle w:val="Mine"/>')
        + paragraph("deep", '<w:outlineLvl w:val="2"/>')
        + paragraph("words &amp; more")
        + paragraph("point", '<w:numPr><w:numId w:val="1"/></w:numPr>')
        + paragraph("no point", '<w:numPr><w:numId w:val="0"/></w:numPr>')
        + paragraph("said", '<w:pStyle w:val="Zitat"/>')
        + f"<w:tbl><w:tblPr/><w:tr>{cell}{cell}</w:tr></w:tbl>"
        + "<w:sdt><w:sdtContent>"
        + paragraph("controlled")
        + "</w:sdtContent></w:sdt>"
    )
    html, notes = read_docx(docx(body, styles=STYLES), "a.docx")
    assert html.partition("<body>")[2].split("\n") == [
        "<h1>Head</h1>",
        "<h1>Like it</h1>",
        "<h3>deep</h3>",
        "<p>words &amp; more</p>",
        "<ul><li>point</li></ul>",
        "<p>no point</p>",
        "<blockquote><p>said</p></blockquote>",
        "<table><tr><td><p>cell</p></td><td><p>cell</p></td></tr></table>",
        "<p>controlled</p></body></html>",
    ]
    assert notes == ()


def run(text, properties=""):
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def field(instruction, text):
    kinds = {name: f'<w:r><w:fldChar w:fldCharType="{name}"/></w:r>' for name in ("begin", "separate", "end")}
    words = f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
    return kinds["begin"] + words + kinds["separate"] + run(text) + kinds["end"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f'<w:hyperlink r:id="r1">{run("it")}</w:hyperlink>', f'<a href="{POST}">it</a>'),
        (f'<w:hyperlink w:anchor="top">{run("up")}</w:hyperlink>', "up"),
        (field(f'HYPERLINK "{POST}" \\t "_blank"', "it"), f'<a href="{POST}">it</a>'),
        (field(f' HYPERLINK \\o "a tip" "{POST}" ', "it"), f'<a href="{POST}">it</a>'),
        (field(' HYPERLINK \\l "place"', "it"), "it"),
        (field("PAGE", "7"), "7"),
        (f'<w:fldSimple w:instr="HYPERLINK {POST}">{run("it")}</w:fldSimple>', f'<a href="{POST}">it</a>'),
        (
            '<w:r><w:drawing><wp:docPr descr="a picture"/><a:hlinkClick r:id="r1"/></w:drawing></w:r>',
            f'<a href="{POST}"><img alt="a picture"></a>',
        ),
        (run("bold", "<w:b/>") + run("plain", '<w:b w:val="0"/>'), "<b>bold</b>plain"),
        (run("seen") + run("hidden", "<w:vanish/>"), "seen"),
        (f"<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins>{run('new')}</w:ins>", "new"),
        ("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:tab/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t></w:r>", "a<br>b c-d"),
        ("<w:r><w:t>&lt;script&gt;</w:t></w:r>", "&lt;script&gt;"),
    ],
)
def test_links_marks_and_changes_of_a_line(line, expected):
    html, _ = read_docx(docx(f"<w:p>{line}</w:p>", links={"r1": POST}), "a.docx")
    assert f"<p>{expected}</p>" in html


def test_a_text_box_is_read_once_of_its_two_versions():
    box = f"<w:txbxContent>{paragraph('boxed')}</w:txbxContent>"
    both = (
        f"<mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
    )
    html, _ = read_docx(docx(f"<w:p><w:r><w:t>host</w:t></w:r><w:r>{both}</w:r></w:p>"), "a.docx")
    assert html.count("boxed") == 1


def test_footnotes_and_their_links_come_at_the_end_and_what_the_document_says_of_itself_is_read():
    note = f'<w:footnote w:id="2"><w:p><w:hyperlink r:id="r1">{run("source")}</w:hyperlink></w:p></w:footnote>'
    line = '<w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>line</w:t></w:r></w:p></w:footnote>'
    core = (
        '<c:coreProperties xmlns:c="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The harbour</dc:title><dc:creator>Ada L.</dc:creator>'
        "</c:coreProperties>"
    )
    extraction = read(docx(paragraph("Text"), links={"r1": POST}, footnotes=line + note, core=core), DOCX)
    assert (extraction.article.title, extraction.article.byline) == ("The harbour", "Ada L.")
    assert [(mention.url, mention.anchor) for mention in extraction.mentions] == [(CANONICAL, "source")]


def test_a_flattened_post_in_a_docx_is_found():
    body = paragraph("The boats are in.") + paragraph("— Quayside Radio (@quayside) March 29, 2022")
    (mention,) = read(docx(paragraph("An article.") + body), DOCX).mentions
    assert mention.claim is not None
    assert (mention.claim.text, mention.claim.handle, mention.claim.date) == (
        "The boats are in.",
        "quayside",
        "2022-03-29",
    )


def test_no_entity_of_a_docx_reads_a_file_or_grows(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    document = (
        f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">{bomb}]><w:document xmlns:w="urn:w"><w:body><w:p><w:r>'
        "<w:t>kept</w:t></w:r><w:r><w:t>&x;&e9;</w:t></w:r></w:p></w:body></w:document>"
    )
    html, _ = read_docx(docx("", more={"word/document.xml": document}), "a.docx")
    assert "kept" in html
    assert "the secret" not in html
    assert "lol" not in html
    assert len(html) < 1000


def test_a_docx_that_inflates_without_end_is_cut_and_says_so():
    body = paragraph("first") + "<w:p/>" * 2_000_000
    began = time.monotonic()
    extraction = read(docx(body), DOCX)
    assert "only the beginning of word/document.xml was read" in extraction.notes
    assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"PK\x03\x04 nothing more", "broken DOCX"),
        (docx("")[:-30], "broken DOCX"),
        (docx("", more={"word/document.xml": "no XML at all"}), "no text document"),
    ],
)
def test_a_docx_that_is_none_is_refused_in_a_sentence(body, words):
    with pytest.raises(InputUnreadable, match=words):
        read(body, DOCX)


# --- PDF -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def article(tmp_path_factory):
    html = f"""<title>The title</title><body style="width:640px;font-family:sans-serif">
    <h1>The harbour reopens</h1>
    <p>{"The boats that had waited outside the wall came in one after the other. " * 4}</p>
    <blockquote><p>Big day in Saltmere 🎉 The first boat through the new lock is the old ferry. Who of you still
    remembers it? pic.twitter.com/AbCdEf1234</p>— Quayside Radio 📻 (@quayside) <a href="{POST}">March 29, 2022</a>
    </blockquote>
    <p>A <a href="https://www.youtube.com/watch?v=dQw4w9WgXcQ">video whose link is so long that it goes on over the end
    of the line, as links sometimes do,</a> shows it.</p>
    <h2>What came after</h2><p>Written out: https://www.instagram.com/p/CbsbPpPqPzf/ it is.</p>
    <p dir=rtl>مرحبا بالعالم</p></body>"""
    return printed(html, tmp_path_factory.mktemp("printed"))


@pytest.mark.browser
def test_a_printed_article_keeps_its_headings_paragraphs_links_and_posts(article):
    extraction = read(article, PDF)
    assert extraction.article.title == "The harbour reopens"
    assert [(mention.kind.value, mention.platform, mention.post_id) for mention in extraction.mentions] == [
        ("flattened", "x", "1508955577374146568"),
        ("link", "youtube", "dQw4w9WgXcQ"),
        ("link", "instagram", "CbsbPpPqPzf"),
    ]
    claim = extraction.mentions[0].claim
    assert claim is not None
    assert claim.text == (
        "Big day in Saltmere 🎉 The first boat through the new lock is the old ferry. Who of you still remembers it?"
    )
    assert (claim.name, claim.handle, claim.date) == ("Quayside Radio 📻", "quayside", "2022-03-29")
    assert extraction.mentions[2].heading == "What came after"
    assert (extraction.mentions[1].anchor or "").endswith("as links sometimes do,")


@pytest.mark.browser
def test_words_from_right_to_left_are_read_in_their_order(article):
    assert "<p>مرحبا بالعالم</p>" in html_of(article)


COLUMN = [
    "The left column is read first,",
    "from its top to its very end,",
    "before the right column, which",
    "stands beside it on the page,",
    "is read in the same way. This",
    "is the end of the left column.",
]
OTHER = [
    "Then the right column begins,",
    "and a reader who went across",
    "would have mixed both of them",
    "up, as many programs really do",
    "with newspapers of this form.",
    "Here the right column ends too",
]


def test_columns_that_were_drawn_row_by_row_are_read_one_after_the_other():
    rows = [
        item
        for n, (left, right) in enumerate(zip(COLUMN, OTHER, strict=True))
        for item in ((72, 700 - 14 * n, left), (320, 700 - 14 * n, right))
    ]
    html = html_of(simple_pdf(shown(*rows)))
    assert " ".join(COLUMN) in html
    assert " ".join(OTHER) in html


def test_a_paragraph_goes_on_over_the_end_of_a_page_and_running_heads_are_left_out():
    long = "The words of this paragraph go on and on until the line is full"
    last = "and the page is full too, in the middle of what it says, going"
    pages = [
        [
            (72, 770, "The Saltmere Courier, 22 November"),
            (72, 700, long),
            (72, 686, last),
            (300, 20, "1"),
        ],
        [(72, 770, "The Saltmere Courier, 22 November"), (72, 720, "on to the next page."), (300, 20, "2")],
    ]
    html = html_of(simple_pdf(*(shown(*page) for page in pages)))
    assert f"{long} {last} on to the next page.</p>" in html
    assert "Courier" not in html


def test_letters_that_were_drawn_one_by_one_are_words_again():
    words, x, drawn = "Letter by letter it was drawn", 72.0, []
    for char in words:
        if char != " ":
            drawn.append((x, 700, char))
        x += 3.4 if char == " " else 2.7 if char in "tilj" else 4.0 if char == "r" else 8.7 if char == "w" else 6.67
    assert words in html_of(simple_pdf(shown(*drawn)))


def test_a_word_that_was_divided_is_whole_again_unless_it_is_written_with_its_hyphen():
    lines = [
        "The ferryman was glad to be of service in the har-",
        "bour again, for the harbour is well-known, and its well-",
        "known ferry is the oldest of its kind that is still in use.",
    ]
    html = html_of(simple_pdf(shown(*((72, 700 - 14 * n, line) for n, line in enumerate(lines)))))
    assert "in the harbour again" in html
    assert "its well-known ferry" in html


def test_a_url_that_was_divided_at_the_end_of_a_line_is_whole_again():
    lines = ["The post is at https://x.com/ada/status/", "1508955577374146568 for all to see."]
    html = html_of(simple_pdf(shown(*((72, 700 - 14 * n, line) for n, line in enumerate(lines)))))
    assert f'<a href="{POST}">{POST}</a> for all to see.' in html


def test_a_link_over_a_picture_is_found_too():
    page = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> "
        f"/Annots [<< /Type /Annot /Subtype /Link /Rect [72 300 200 400] /A << /S /URI /URI ({POST}) >> >>] >>"
    )
    content = shown((72, 700, "Words above a picture."))
    body = pdf(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page,
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    assert posts(read(body, PDF)) == [CANONICAL]


def test_a_pdf_of_pictures_only_says_so_and_one_with_some_notes_it():
    text = shown((72, 700, "words"))
    with pytest.raises(InputUnreadable, match="source is a PDF document without text, perhaps of scanned pages"):
        read(simple_pdf("0 0 10 10 re f"), PDF)
    notes = read(simple_pdf(text, "0 0 10 10 re f", text), PDF).notes
    assert notes == ("1 of 3 pages hold no text (page 2)",)


ENCRYPTED = (
    "/ID [<0011> <0011>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /Length 40 "
    f"/O <{'ab' * 32}> /U <{'cd' * 32}> >> "
)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            simple_pdf(shown((72, 700, "words")), trailer=ENCRYPTED),
            "is an encrypted PDF document, which needs a password",
        ),
        (b"%PDF-1.7\nand nothing more", "is a broken PDF document"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 400, "is a broken PDF document"),
        (pdf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"), "PDF document"),
        (pdf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"), "PDF document"),
    ],
)
def test_a_pdf_that_cannot_be_read_is_refused_in_a_sentence(body, words):
    with pytest.raises(InputUnreadable, match=words):
        read(body, PDF)


def bomb(inflated):
    data = zlib.compress(inflated, 9)
    head = f"<< /Length {len(data)} /Filter /FlateDecode >>\nstream\n".encode()
    return pdf(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        head + data + b"\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )


def test_a_pdf_that_fills_the_memory_or_takes_for_ever_ends_with_a_sentence(monkeypatch):
    monkeypatch.setattr("archiver.extract.pdf._TIMEOUT_S", 3.0)
    began = time.monotonic()
    with pytest.raises(InputUnreadable, match="its reader could not cope with"):
        read(bomb(b"BT /F1 12 Tf 72 700 Td (x) Tj ET\n" * 5_000_000), PDF)
    assert time.monotonic() - began < 60
