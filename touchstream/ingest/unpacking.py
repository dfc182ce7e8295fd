"""A file's bytes, whether it is plain, gzip or zstd."""

import gzip
import io
from typing import Any, BinaryIO, Final, cast

import zstandard

GZIP_MAGIC: Final = b"\x1f\x8b"
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
PIECE_BYTES: Final = 1 << 16
PACKED_BYTES: Final = 1 << 10  # at once: zstd makes 32,768 times as much of zeros, and gives all of it


def unpacked(raw: BinaryIO) -> BinaryIO:
    """Return what the file holds; reading raises EOFError or ZstdError when the file was cut off or is broken."""
    magic = raw.read(4)
    raw.seek(0)
    if magic.startswith(GZIP_MAGIC):
        return cast(BinaryIO, gzip.open(raw))
    if magic == ZSTD_MAGIC:
        return cast(BinaryIO, io.BufferedReader(_Zstd(raw), buffer_size=PIECE_BYTES))
    return raw


class _Zstd(io.RawIOBase):
    """Unpacks frame after frame; unlike the library's own reader it notices a file that was cut off."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._begun = False
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        """Say that it reads."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as one piece goes; 0 at the end."""
        while not self._ready and (packed := self._next_piece()):
            self._begun = True
            self._ready = memoryview(self._frame.decompress(packed))
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _next_piece(self) -> bytes:
        between = self._frame.eof or not self._begun
        packed = (self._frame.unused_data if self._frame.eof else b"") or self._raw.read(PACKED_BYTES)
        if not packed and not between:
            raise EOFError("compressed data ends before its end marker")
        if packed and self._frame.eof:
            self._frame = zstandard.ZstdDecompressor().decompressobj()
        return packed
