"""Documents as programs write them, made here: DOCX packages, MHTML files, and PDFs that a real Chromium prints."""

import io
import subprocess
import zipfile

from archiver.browser import find_browser

POST = "https://x.com/ada/status/1508955577374146568"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HYPERLINK = f"{OFFICE}/hyperlink"


def docx(body, *, links=None, styles="", footnotes="", core="", more=None):
    """A DOCX with this inside of `<w:body>`; `links` are relationship ids and their targets."""
    relations = "".join(
        f'<Relationship Id="{key}" Type="{HYPERLINK}" Target="{target}" TargetMode="External"/>'
        for key, target in (links or {}).items()
    )
    relations = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>'
    spaces = f'xmlns:w="{WORD}" xmlns:r="{OFFICE}" xmlns:mc="urn:mc" xmlns:a="urn:a" xmlns:wp="urn:wp"'
    parts = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f"<w:document {spaces}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations,
        "word/styles.xml": f"<w:styles {spaces}>{styles}</w:styles>",
        "word/footnotes.xml": f"<w:footnotes {spaces}>{footnotes}</w:footnotes>",
        "word/_rels/footnotes.xml.rels": relations,
        "docProps/core.xml": core,
        **(more or {}),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return file.getvalue()


def paragraph(text, properties=""):
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def printed(html, folder):
    """The page as Chromium prints it to PDF."""
    source, target = folder / "page.html", folder / "page.pdf"
    source.write_text(f"<meta charset=utf-8>{html}", encoding="utf-8")
    command = [str(find_browser()), "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    command += ["--no-pdf-header-footer", f"--print-to-pdf={target}", source.as_uri()]
    subprocess.run(command, capture_output=True, check=True, timeout=60)
    return target.read_bytes()


def pdf(*objects, trailer=""):
    """A PDF out of these objects, numbered from 1; the first is the catalog."""
    body, places = b"%PDF-1.7\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(body))
        data = item if isinstance(item, bytes) else item.encode("latin-1")
        body += b"%d 0 obj\n%s\nendobj\n" % (number, data)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
    return body + f"{end}<< /Size {len(objects) + 1} /Root 1 0 R {trailer}>>\nstartxref\n{len(body)}\n%%EOF".encode()


def simple_pdf(*pages, trailer=""):
    """A PDF of one content stream a page, with the font /F1."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, content in enumerate(pages):
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    return pdf(*objects, trailer=trailer)


def shown(*lines, size=12):
    """A content stream that shows (x, y, text) one by one."""
    return "\n".join(f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET" for x, y, text in lines)
