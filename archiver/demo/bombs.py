"""Bodies that are small to send and huge to hold: compressed zeros, pictures, entities."""

import struct
import zlib
from functools import cache

import brotlicffi as brotli
import zstandard

__all__ = ["MEGABYTE", "brotli_of_zeros", "entities", "gzip_of_zeros", "picture", "twice_gzipped", "zstd_of_zeros"]

MEGABYTE = 1 << 20
_PART_BYTES = 10 * MEGABYTE


@cache
def gzip_of_zeros(megabytes: int) -> bytes:
    """One gzip member, put together from a repeated block, which is faster than compressing it all."""
    size = megabytes * MEGABYTE
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    part = bytes(_PART_BYTES)
    block = squeeze.compress(part) + squeeze.flush(zlib.Z_FULL_FLUSH)
    count, check = size // _PART_BYTES, 0
    for _ in range(count):
        check = zlib.crc32(part, check)
    head, last = b"\x1f\x8b\x08\0\0\0\0\0\0\xff", b"\x03\0"  # RFC 1952 §2.3; an empty last block
    return head + block * count + last + struct.pack("<II", check, count * _PART_BYTES)


@cache
def twice_gzipped(megabytes: int) -> bytes:
    """The same, compressed once more: some kilobytes."""
    return zlib.compress(gzip_of_zeros(megabytes), 9, wbits=31)


@cache
def brotli_of_zeros(megabytes: int) -> bytes:
    """Zeros in brotli: a few hundred bytes."""
    squeeze = brotli.Compressor(quality=1)
    part = bytes(MEGABYTE)
    return b"".join(squeeze.process(part) for _ in range(megabytes)) + bytes(squeeze.finish())


@cache
def zstd_of_zeros(megabytes: int) -> bytes:
    """Zeros in zstd: some tens of kilobytes."""
    squeeze = zstandard.ZstdCompressor(level=1).compressobj()
    part = bytes(MEGABYTE)
    return b"".join(squeeze.compress(part) for _ in range(megabytes)) + squeeze.flush()


@cache
def picture(side_px: int) -> bytes:
    """A black PNG, `side_px` (hundreds) wide and high, with eight bits a pixel."""
    rows = 100
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = squeeze.compress(bytes((side_px + 1) * rows)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    size = (side_px + 1) * side_px
    # RFC 1950 §9: Adler-32 of zeros alone.
    check = struct.pack(">HH", size % 65521, 1)
    data = b"\x78\x01" + block * (side_px // rows) + b"\x03\0" + check
    header = struct.pack(">IIBBBBB", side_px, side_px, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*one) for one in ((b"IHDR", header), (b"IDAT", data), (b"IEND", b"")))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def entities(levels: int = 9) -> str:
    """A document type whose last entity is ten to the power of `levels` words."""
    lines = ['<!ENTITY e0 "word ">']
    lines += [f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, levels + 1)]
    return f"<!DOCTYPE html [{''.join(lines)}]>"
