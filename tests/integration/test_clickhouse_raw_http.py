"""Requests as curl and SQL clients make them, to the host and, when one is given, to a real server."""

import gzip
import json
import zlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import lz4.frame
import pytest
import urllib3
import zstandard

from sinks.settings import ClickHouseSettings, Server

pytestmark = pytest.mark.integration
pool = urllib3.PoolManager(retries=False)


@dataclass
class Http:
    """Sends requests to one database."""

    server: Server

    def ask(
        self,
        sql: str | bytes = b"",
        method: str = "POST",
        headers: dict[str, str] | None = None,
        path: str = "/",
        **url: Any,
    ) -> urllib3.BaseHTTPResponse:
        base = f"http://{self.server.host}:{self.server.port}{path}"
        login = urllib3.make_headers(basic_auth=f"{self.server.user}:{self.server.password}")
        query = urlencode({"database": self.server.database, **url})
        body = sql.encode() if isinstance(sql, str) else sql
        return pool.request(
            method, f"{base}?{query}", body=body or None, headers={**login, **(headers or {})}, decode_content=False
        )

    def text(self, *arguments: Any, **options: Any) -> str:
        response = self.ask(*arguments, **options)
        assert response.status == 200, response.data
        return response.data.decode()


@pytest.fixture
def http(empty_clickhouse: ClickHouseSettings) -> Http:
    server = empty_clickhouse.target
    assert isinstance(server, Server)
    http = Http(server)
    http.text("CREATE TABLE t (a UInt64, s String) ENGINE = MergeTree ORDER BY a")
    return http


@pytest.mark.parametrize("path", ["/ping", "/replicas_status"])
def test_health_answers_ok(http: Http, path: str) -> None:
    assert http.text(method="GET", path=path) == "Ok.\n"


def test_the_root_without_a_query_answers_ok(http: Http) -> None:
    assert pool.request("GET", f"http://{http.server.host}:{http.server.port}/").data == b"Ok.\n"


def test_an_unknown_path_is_not_found(http: Http) -> None:
    assert http.ask("SELECT 1", path="/nowhere").status == 404


def test_get_and_post_answer_with_tab_separated_rows(http: Http) -> None:
    assert http.text(method="GET", query="SELECT 1, 'a'") == "1\ta\n"
    assert http.text("SELECT 1, 'a'") == "1\ta\n"
    assert http.text("1, 'a'", query="SELECT") == "1\ta\n"


def test_the_query_names_its_format_or_the_request_does(http: Http) -> None:
    assert json.loads(http.text("SELECT 1 AS x FORMAT JSON"))["data"] == [{"x": 1}]
    assert http.text("SELECT 1 AS x", default_format="JSONEachRow") == '{"x":1}\n'
    assert http.text("SELECT 1 AS x", headers={"X-ClickHouse-Format": "CSV"}) == "1\n"
    assert http.text("SELECT 1 AS x FORMAT TSVWithNames", default_format="CSV") == "x\n1\n"


def test_headers_tell_the_format_the_query_and_what_it_cost(http: Http) -> None:
    response = http.ask("SELECT number FROM numbers(10) FORMAT JSON", query_id="my-query", wait_end_of_query=1)
    assert response.headers["X-ClickHouse-Format"] == "JSON"
    assert response.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert response.headers["X-ClickHouse-Query-Id"] == "my-query"
    assert response.headers["X-ClickHouse-Server-Display-Name"]
    assert response.headers["X-ClickHouse-Timezone"]
    summary = json.loads(response.headers["X-ClickHouse-Summary"])
    assert summary["read_rows"] == "10"
    assert {"read_bytes", "written_rows", "written_bytes", "result_rows", "elapsed_ns"} <= set(summary)


def test_a_statement_without_a_table_names_no_format(http: Http) -> None:
    assert "X-ClickHouse-Format" not in http.ask("CREATE TABLE u (a UInt8) ENGINE = Memory").headers


@pytest.mark.parametrize(
    ("sql", "data"),
    [
        ("INSERT INTO t FORMAT CSV", '1,"a"\n2,b\n'),
        ("INSERT INTO t (s, a) FORMAT TSV", "a\t1\nb\t2\n"),
        ("INSERT INTO t FORMAT JSONEachRow", '{"a":1,"s":"a"}\n{"a":2,"s":"b"}'),
        ("INSERT INTO t VALUES", "(1,'a'),(2,'b')"),
        ("INSERT INTO t FORMAT Values", "(1,'a'),(2,'b');"),
        ("INSERT INTO t SETTINGS max_threads = 1 FORMAT CSV", "1,a\n2,b"),
        ("insert /* FORMAT TSV */ into t -- a comment's quote\n format CSVWithNames", "a,s\n1,a\n2,b\n"),
        ("INSERT INTO t SELECT 1, 'a' UNION ALL SELECT 2, 'b'", ""),
    ],
)
@pytest.mark.parametrize("where", ["url", "body"])
def test_rows_of_any_format_can_be_inserted(http: Http, sql: str, data: str, where: str) -> None:
    response = http.ask(data, query=sql) if where == "url" else http.ask(f"{sql}\n{data}")
    assert response.status == 200, response.data
    assert json.loads(response.headers["X-ClickHouse-Summary"])["written_rows"] == "2"
    assert http.text("SELECT * FROM t ORDER BY a") == "1\ta\n2\tb\n"


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("zstd", zstandard.ZstdCompressor().compress),
        ("lz4", lz4.frame.compress),
    ],
)
def test_requests_and_answers_may_be_compressed(http: Http, encoding: str, compress: Any) -> None:
    body = compress(b"INSERT INTO t FORMAT CSV\n1,a\n")
    assert http.ask(body, headers={"Content-Encoding": encoding}).status == 200
    response = http.ask("SELECT * FROM t", headers={"Accept-Encoding": encoding}, enable_http_compression=1)
    assert response.headers["Content-Encoding"] == encoding
    decoders = {
        "gzip": gzip.decompress,
        "deflate": zlib.decompress,
        "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
        "lz4": lz4.frame.decompress,
    }
    assert decoders[encoding](response.data) == b"1\ta\n"


def test_answers_stay_plain_unless_compression_is_asked_for(http: Http) -> None:
    response = http.ask("SELECT 1", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers
    assert response.data == b"1\n"


def test_a_body_that_is_not_what_it_says_is_refused(http: Http) -> None:
    assert http.ask("SELECT 1", headers={"Content-Encoding": "gzip"}).status >= 400
    assert http.ask("SELECT 1", headers={"Content-Encoding": "nonsense"}).status >= 400


def test_parameters_come_in_the_url(http: Http) -> None:
    assert http.text("SELECT {n:UInt8}, {s:String}", param_n=3, param_s="it's") == "3\tit\\'s\n"
    http.text("INSERT INTO t VALUES ({n:UInt64}, {s:String})", param_n=3, param_s="x")
    assert http.text("SELECT * FROM t") == "3\tx\n"


def test_settings_come_in_the_url(http: Http) -> None:
    assert http.text("SELECT getSetting('max_block_size')", max_block_size=77) == "77\n"


@pytest.mark.parametrize(
    ("sql", "status", "code", "name"),
    [
        ("SELECT * FROM nowhere", 404, 60, "UNKNOWN_TABLE"),
        ("SELECT nothing", 404, 47, "UNKNOWN_IDENTIFIER"),
        ("SELECT no_such_function()", 404, 46, "UNKNOWN_FUNCTION"),
        ("SELEC 1", 400, 62, "SYNTAX_ERROR"),
        ("SELECT toUInt8('x')", 400, 6, "CANNOT_PARSE_TEXT"),
        ("SELECT throwIf(1)", 500, 395, "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"),
        ("INSERT INTO t FORMAT CSV\nx,a\n", 400, 27, "CANNOT_PARSE_INPUT_ASSERTION_FAILED"),
        ("INSERT INTO t FORMAT Nonsense\nx", 404, 73, "UNKNOWN_FORMAT"),
    ],
)
def test_errors_have_status_code_and_text(http: Http, sql: str, status: int, code: int, name: str) -> None:
    response = http.ask(sql)
    assert response.status == status
    assert response.headers["X-ClickHouse-Exception-Code"] == str(code)
    text = response.data.decode()
    assert text.startswith(f"Code: {code}. DB::Exception: ")
    assert f"({name})" in text
    assert "(version " in text


def test_get_changes_nothing(http: Http) -> None:
    response = http.ask(method="GET", query="INSERT INTO t VALUES (1, 'a')")
    assert response.headers["X-ClickHouse-Exception-Code"] == "164"
    assert http.text("SELECT count() FROM t") == "0\n"


def test_what_one_request_sets_the_next_does_not_see(http: Http) -> None:
    before = http.text("SELECT getSetting('max_threads'), currentDatabase()")
    http.text("SET max_threads = 1")
    http.text("USE system")
    assert http.text("SELECT getSetting('max_threads'), currentDatabase()") == before
