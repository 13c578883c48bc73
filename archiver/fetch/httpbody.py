"""Bodies of stored HTTP answers, decoded within a bound."""

import io

import zstandard

__all__ = ["decoded"]

_CHUNK_BYTES = 64 * 1024
#: It would pass others on as they are; zstd among them, unless a package of one more name is installed.
_BY_URLLIB3 = frozenset({"gzip", "x-gzip", "deflate", "br"})


def decoded(payload: bytes, encoding: str, most: int) -> tuple[bytes, bool] | None:
    """The content-decoded body, at most `most` bytes of it, and whether that is all; None if it can't be decoded.

    `encoding` is the value of the `Content-Encoding` header, empty if there was none.
    """
    body, whole = payload[:most], len(payload) <= most
    for coding in reversed([part.strip().lower() for part in encoding.split(",")]):
        if coding not in {"", "identity"}:
            found = _decoded_once(body, coding, most)
            if found is None or not whole:
                return None
            body, whole = found[:most], len(found) <= most
    return body, whole


def _decoded_once(payload: bytes, coding: str, most: int) -> bytes | None:
    """At most one byte more than `most`; None for a coding that is unknown, or not what the bytes are in."""
    if coding == "zstd":
        return _from_zstd(payload, most + 1)
    if coding not in _BY_URLLIB3:
        return None
    import urllib3  # noqa: PLC0415  # few answers of those that are asked as a prober asks are encoded

    answer = urllib3.HTTPResponse(io.BytesIO(payload), headers={"content-encoding": coding}, preload_content=False)
    body = bytearray()
    try:
        while len(body) <= most and (piece := answer.read(_CHUNK_BYTES, decode_content=True)):
            body += piece
    except urllib3.exceptions.HTTPError:
        return None
    return bytes(body[: most + 1])


def _from_zstd(payload: bytes, most: int) -> bytes | None:
    try:
        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(payload), read_across_frames=True) as reader:
            return reader.read(most)
    except zstandard.ZstdError:
        return None
