"""Reading a stored HTTP/1.1 response block: head, and the transfer-decoded payload."""

__all__ = ["content_type", "payload_of", "response_headers", "split_head"]


def split_head(block: bytes) -> tuple[bytes, bytes]:
    """The head (with its blank line) and the body of a response block."""
    end = block.find(b"\r\n\r\n")
    return (block, b"") if end < 0 else (block[: end + 4], block[end + 4 :])


def response_headers(head: bytes) -> tuple[tuple[str, str], ...]:
    """The header fields of a head in their order; names in lower case, values as sent."""
    lines = head.split(b"\r\n")[1:]
    pairs = (line.decode("latin-1").partition(":") for line in lines if b":" in line)
    return tuple((name.strip().lower(), value.strip()) for name, _, value in pairs)


def content_type(value: str) -> tuple[str | None, str | None]:
    """Media type in lower case, and the charset parameter as given."""
    media_type, *parameters = (part.strip() for part in value.split(";"))
    pairs = (parameter.partition("=") for parameter in parameters)
    charset = next((text.strip("\"' ") for name, _, text in pairs if name.strip().lower() == "charset"), None)
    return media_type.lower() or None, charset or None


def payload_of(block: bytes) -> bytes:
    """The transfer-decoded body of a response block; what a cut chunked body still gives."""
    head, body = split_head(block)
    codings = [value.lower() for name, value in response_headers(head) if name == "transfer-encoding"]
    return _dechunked(body) if any("chunked" in coding for coding in codings) else body


def _dechunked(body: bytes) -> bytes:
    out, position = [], 0
    while (line_end := body.find(b"\r\n", position)) >= 0:
        try:
            size = int(body[position:line_end].split(b";", 1)[0], 16)
        except ValueError:
            break
        if size == 0:
            break
        out.append(body[line_end + 2 : line_end + 2 + size])
        position = line_end + 2 + size + 2
    return b"".join(out)
