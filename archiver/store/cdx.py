"""The CDXJ index by which replay tools find a record, as pywb and ReplayWeb.page read it."""

import base64
import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote_plus

from archiver.model.digests import Digest, sha256
from archiver.model.httpwire import response_headers, split_head
from archiver.model.urls import cdx_key

__all__ = ["CdxEntry", "compressed_cdx", "method_query", "payload_mime"]

#: Lines in one gzip member of the index, as py-wacz cuts them.
_BLOCK_LINES = 1024
#: What replay tools append of a request's body, so that two POSTs to one URL differ.
_MOST_QUERY = 4096
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class CdxEntry:
    """One response in an archive: everything but its place is told by the response itself."""

    uri: str
    at: datetime
    mime: str
    status: int
    digest: Digest
    offset: int
    length: int
    file: str
    method: str = "GET"
    query: str = ""

    def line(self) -> str:
        """`key stamp {json}`; numbers are text, as every reader expects."""
        fields = {
            "url": self.uri,
            "mime": self.mime,
            "status": str(self.status),
            "digest": str(self.digest),
            "length": str(self.length),
            "offset": str(self.offset),
            "filename": self.file,
        }
        uri = self.uri
        if self.method != "GET":
            fields |= {"method": self.method, "requestBody": self.query}
            uri += ("&" if "?" in uri else "?") + self.query
        return f"{cdx_key(uri) or uri} {self.at:%Y%m%d%H%M%S} {json.dumps(fields)}\n"


def compressed_cdx(entries: Sequence[CdxEntry], *, name: str) -> tuple[bytes, bytes]:
    """The sorted index in gzip members, and the second index that says where each begins."""
    lines = sorted({entry.line() for entry in entries})
    header = json.dumps({"format": "cdxj-gzip-1.0", "filename": name})
    data, index = b"", [f"!meta 0 {header}\n"]
    for start in range(0, len(lines), _BLOCK_LINES):
        member = _gzip("".join(lines[start : start + _BLOCK_LINES]).encode())
        place = json.dumps({"offset": len(data), "length": len(member), "digest": str(sha256(member))})
        index.append(f"{lines[start].split('{', 1)[0].strip()} {place}\n")
        data += member
    return data, "".join(index).encode()


def method_query(request: bytes) -> tuple[str, str]:
    """Method of a stored request, and the query that stands for method and body in the index.

    Form bodies are appended as they are, everything else in base64.
    """
    head, body = split_head(request)
    method = head.split(b" ", 1)[0].decode("ascii", "replace")
    query = f"__wb_method={method}"
    if not body:
        return method, query
    content_type = dict(response_headers(head)).get("content-type", "")
    if content_type.startswith(_FORM):
        return method, f"{query}&{unquote_plus(body.decode('utf-8', 'replace'))}"[:_MOST_QUERY]
    return method, f"{query}&__wb_post_data={base64.b64encode(body).decode()}"[:_MOST_QUERY]


def payload_mime(head: bytes) -> str:
    """The media type that a response's head states, without parameters."""
    stated = dict(response_headers(head)).get("content-type", "")
    return re.split(r"[;\s]", stated.strip(), maxsplit=1)[0] or "application/octet-stream"


def _gzip(data: bytes) -> bytes:
    member = zlib.compressobj(9, zlib.DEFLATED, 31)
    return member.compress(data) + member.flush()
