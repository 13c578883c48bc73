"""Bodies of stored HTTP answers, decoded within a bound."""

import io

import urllib3

__all__ = ["decoded"]

_CHUNK_BYTES = 64 * 1024


def decoded(payload: bytes, encoding: str, most: int) -> tuple[bytes, bool] | None:
    """The content-decoded body, at most `most` bytes of it, and whether that is all; None if it can't be decoded.

    `encoding` is the value of the `Content-Encoding` header, empty if there was none.
    """
    answer = urllib3.HTTPResponse(io.BytesIO(payload), headers={"content-encoding": encoding}, preload_content=False)
    body = bytearray()
    try:
        while len(body) <= most and (piece := answer.read(_CHUNK_BYTES, decode_content=True)):
            body += piece
    except urllib3.exceptions.HTTPError:
        return None
    return bytes(body[:most]), len(body) <= most
