"""ClickHouse's HTTP interface: what a request means, and how answers and errors look."""

import gzip
import io
import json
import uuid
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Final

import lz4.frame
import zstandard

from sinks.host_engine import Answer, Call, StatementError
from sinks.host_sql import split

try:
    import brotli
except ImportError:  # for clients that like it; nothing of Touchstream needs it
    brotli = None

# Parameters of the interface itself; every other one is a setting of the query.
OWN: Final = frozenset(
    """
    query database default_format query_id user password quota_key role session_id session_check session_timeout
    compress decompress buffer_size wait_end_of_query stacktrace client_protocol_version
    enable_http_compression send_progress_in_http_headers http_headers_progress_interval_ms
    """.split()  # noqa: SIM905 - twenty lines otherwise
)
CONTENT_TYPES: Final = {
    "TabSeparated": "text/tab-separated-values; charset=UTF-8",
    "TSV": "text/tab-separated-values; charset=UTF-8",
    "TabSeparatedWithNames": "text/tab-separated-values; charset=UTF-8",
    "CSV": "text/csv; charset=UTF-8; header=absent",
    "CSVWithNames": "text/csv; charset=UTF-8; header=present",
    "JSON": "application/json; charset=UTF-8",
    "JSONCompact": "application/json; charset=UTF-8",
    "JSONEachRow": "application/x-ndjson; charset=UTF-8",
    "Native": "application/octet-stream",
    "RowBinary": "application/octet-stream",
    "Arrow": "application/octet-stream",
    "ArrowStream": "application/octet-stream",
    "Parquet": "application/octet-stream",
}
STATUS_OF_CODE: Final = (
    (400, {6, 25, 26, 27, 36, 38, 41, 51, 53, 62, 72, 117, 167, 168, 321, 386, 456, 457, 636}),
    (404, {46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 336}),
    (408, {159}),
    (501, {48}),
)
DECODERS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "gzip": gzip.decompress,
    "deflate": lambda data: zlib.decompress(data),
    "zstd": lambda data: zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read(),
    "lz4": lambda data: lz4.frame.open(io.BytesIO(data)).read(),
    **({"br": brotli.decompress} if brotli else {}),
}
ENCODERS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "lz4": lz4.frame.compress,
    "zstd": lambda data: zstandard.ZstdCompressor(1).compress(data),
    "gzip": lambda data: gzip.compress(data, 3),
    "deflate": lambda data: zlib.compress(data, 3),
    **({"br": lambda data: brotli.compress(data, quality=3)} if brotli else {}),
}


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked for."""

    call: Call
    query_id: str
    answer_encoding: str | None


def parse(method: str, url: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> Request:
    """Read a request; raises StatementError where ClickHouse would answer with an error."""
    for name in ("compress", "decompress"):
        if url.get(name, "0") != "0":
            raise StatementError(
                48,
                f"Code: 48. DB::Exception: {name}=1 is not served here; use Content-Encoding and Accept-Encoding. (NOT_IMPLEMENTED)",
            )
    body = _decoded(body, headers.get("Content-Encoding", ""))
    query = url.get("query", "").encode()
    statement = split(query + b"\n" + body if query else body)
    asked = url.get("default_format") or headers.get("X-ClickHouse-Format") or "TabSeparated"
    call = Call(
        statement=statement,
        format=statement.format or asked,
        database=url.get("database") or headers.get("X-ClickHouse-Database"),
        read_only=method in ("GET", "HEAD"),
        settings={name: value for name, value in url.items() if name not in OWN and not name.startswith("param_")},
        parameters={name[6:]: value for name, value in url.items() if name.startswith("param_")},
    )
    wanted = headers.get("Accept-Encoding", "") if url.get("enable_http_compression", "0") == "1" else ""
    return Request(call, url.get("query_id") or str(uuid.uuid4()), _encoding(wanted))


def _decoded(body: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity"):
        return body
    decoder = DECODERS.get(encoding)
    if not decoder:
        raise StatementError(
            48,
            f"Code: 48. DB::Exception: Unknown Content-Encoding {encoding!r}; use one of {', '.join(DECODERS)}. (NOT_IMPLEMENTED)",
        )
    try:
        return decoder(body)
    except (OSError, EOFError, RuntimeError, ValueError, zlib.error, zstandard.ZstdError) as error:
        raise StatementError(
            354, f"Code: 354. DB::Exception: The body is not {encoding}: {error}. (ZLIB_INFLATE_FAILED)"
        ) from error


def _encoding(wanted: str) -> str | None:
    """First encoding of the client's list that can be made here."""
    for part in wanted.split(","):
        name = part.partition(";")[0].strip().lower()
        if name in ENCODERS:
            return name
    return None


def encoded(body: bytes, encoding: str | None) -> bytes:
    """Compress an answer as agreed."""
    return ENCODERS[encoding](body) if encoding else body


def answer_headers(request: Request, answer: Answer) -> dict[str, str]:
    """Headers of a good answer; the format is named only when there is a table."""
    counts = {name: str(value) for name, value in asdict(answer).items() if name != "body"}
    summary = counts | {"total_rows_to_read": "0", "result_bytes": str(len(answer.body))}
    headers = {
        "X-ClickHouse-Summary": json.dumps(summary),
        "X-ClickHouse-Query-Id": request.query_id,
        "Content-Type": "text/plain; charset=UTF-8",
    }
    if request.call.statement.reads:
        headers["X-ClickHouse-Format"] = request.call.format
        headers["Content-Type"] = CONTENT_TYPES.get(request.call.format, "text/plain; charset=UTF-8")
    if request.answer_encoding:
        headers["Content-Encoding"] = request.answer_encoding
    return headers


def status_of(code: int) -> int:
    """HTTP status that ClickHouse gives an error code."""
    return next((status for status, codes in STATUS_OF_CODE if code in codes), 500)
