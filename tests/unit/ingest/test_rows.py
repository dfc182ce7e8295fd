import codecs
import gzip
import os
import tracemalloc
from pathlib import Path

import pytest
import zstandard

from touchstream.errors import UserError
from touchstream.ingest import rows as rows_module
from touchstream.ingest.rows import Lines, SourceFile, Table

TABLE = b"name,score\nAna,9\nDan,3\n"


def written(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(lambda content: content, id="plain"),
        pytest.param(gzip.compress, id="gzip"),
        pytest.param(zstandard.compress, id="zstd"),
        pytest.param(
            lambda content: zstandard.compress(content[:9]) + zstandard.compress(content[9:]), id="zstd, two frames"
        ),
    ],
)
def test_a_table_reads_the_same_however_it_is_packed(tmp_path, packed):
    source = SourceFile(written(tmp_path, packed(TABLE)))
    rows = list(source.rows(Table()))
    assert [(row.number, row.line, row.cells) for row in rows] == [
        (1, 2, {"name": "Ana", "score": "9"}),
        (2, 3, {"name": "Dan", "score": "3"}),
    ]


def test_a_quoted_line_break_stays_in_its_row_and_lines_are_counted_on(tmp_path):
    source = SourceFile(written(tmp_path, b'name,score\n"Ana\nMaria",9\n\nDan,3\n'))
    assert [(row.number, row.line, row.cells["name"]) for row in source.rows(Table())] == [
        (1, 3, "Ana\nMaria"),
        (2, 5, "Dan"),
    ]


def test_a_row_with_too_few_cells_is_a_problem_of_that_row_only(tmp_path):
    rows = list(SourceFile(written(tmp_path, b"name,score\nAna\nDan,3\n")).rows(Table()))
    assert [row.problem for row in rows] == ["1 cells, the header has 2", None]


@pytest.mark.parametrize(
    ("rows", "numbers"),
    [
        pytest.param(b'9,"never closed\n3,fine\n4,fine\n', [None], id="at the end"),
        pytest.param(b'9,"never closed\n3,fine\n4,"fine"\n5,fine\n', [None, "5"], id="at the next quote"),
    ],
)
def test_a_quote_that_never_closes_does_not_make_a_cell_of_the_rows_below(tmp_path, rows, numbers):
    read = list(SourceFile(written(tmp_path, b"score,comment\n" + rows)).rows(Table()))
    assert [row.cells.get("score") for row in read] == numbers
    assert "is a quote from line 2 on not closed, or not doubled within its cell?" in str(read[0].problem)


def test_bytes_of_another_encoding_stay_recognisable(tmp_path):
    (row,) = SourceFile(written(tmp_path, b"name,score\nAn\xe3,9\n")).rows(Table())
    with pytest.raises(UnicodeEncodeError):
        row.cells["name"].encode()
    (row,) = SourceFile(written(tmp_path, b"name,score\nAn\xe3,9\n")).rows(Table(encoding="latin-1"))
    assert row.cells["name"] == "Anã"


def test_bytes_of_another_encoding_refuse_their_row_where_the_column_is_read(tmp_path):
    path = written(tmp_path, b"name,score\nAn\xe3,9\nDan,3\n")
    problems = [row.problem for row in SourceFile(path).rows(Table(columns=("name",)))]
    assert problems == [
        r"name: 'An\udce3' is not utf-8; name the encoding of the file, in a map as file: {encoding: cp1252}",
        None,
    ]
    assert [row.problem for row in SourceFile(path).rows(Table(columns=("score",)))] == [None, None]


def test_a_header_in_another_encoding_is_told_in_plain_letters(tmp_path):
    path = written(tmp_path, "name,score\nAna,9\n".encode("utf-16"))
    with pytest.raises(UserError, match=r"no column 'name', the header has [\w? ,]+; .* its delimiter and encoding"):
        list(SourceFile(path).rows(Table(columns=("name",))))


@pytest.mark.parametrize("encoding", ["utf-8", "utf8", "UTF_8", "utf-8-sig"])
def test_the_mark_with_which_excel_begins_a_file_belongs_to_no_column(tmp_path, encoding):
    rows = SourceFile(written(tmp_path, codecs.BOM_UTF8 + TABLE)).rows(Table(encoding=encoding, columns=("name",)))
    assert [row.cells["name"] for row in rows] == ["Ana", "Dan"]


def test_a_mark_before_the_first_line_belongs_to_no_row(tmp_path):
    rows = SourceFile(written(tmp_path, codecs.BOM_UTF8 + b'{"a": 1}\n{"a": 2}\n')).rows(Lines())
    assert [row.raw for row in rows] == [b'{"a": 1}', b'{"a": 2}']


def test_a_column_that_is_used_is_in_the_header_once(tmp_path):
    path = written(tmp_path, b"name,score,score\nAna,9,8\n")
    with pytest.raises(UserError, match="file: the header has column 'score' more than once; rename all but one"):
        list(SourceFile(path).rows(Table(columns=("name", "score"))))
    assert [row.cells["name"] for row in SourceFile(path).rows(Table(columns=("name",)))] == ["Ana"]


def test_a_table_without_the_expected_column_says_what_it_has(tmp_path):
    with pytest.raises(UserError, match=r"no column 'uuid', the header has name, score; choose another --adapter"):
        list(SourceFile(written(tmp_path, TABLE)).rows(Table(columns=("uuid",))))


def test_an_empty_table_says_it_has_nothing(tmp_path):
    with pytest.raises(UserError, match="the header has nothing"):
        list(SourceFile(written(tmp_path, b"")).rows(Table(columns=("uuid",))))


def test_lines_are_rows_and_blank_lines_are_not(tmp_path):
    rows = list(SourceFile(written(tmp_path, b'{"a": 1}\r\n\n  \n{"a": 2}')).rows(Lines()))
    assert [(row.number, row.line, row.raw) for row in rows] == [(1, 1, b'{"a": 1}'), (2, 4, b'{"a": 2}')]


def test_an_endless_line_is_one_row_and_the_next_line_is_intact(tmp_path, monkeypatch):
    monkeypatch.setattr(rows_module, "LONGEST_LINE", 8)
    rows = list(SourceFile(written(tmp_path, b"x" * 30 + b"\nshort\n")).rows(Lines()))
    assert [(row.line, row.raw) for row in rows] == [(1, b"x" * 8), (2, b"short")]


def test_an_endless_line_of_a_table_is_one_refused_row_and_the_next_line_is_intact(tmp_path, monkeypatch):
    monkeypatch.setattr(rows_module, "LONGEST_LINE", 16)
    rows = list(SourceFile(written(tmp_path, b"name,score\nAna," + b"9" * 60 + b"\nDan,3\n")).rows(Table()))
    assert [(row.number, row.line) for row in rows] == [(1, 2), (2, 3)]
    assert str(rows[0].problem).startswith("the line has more than 16 characters")
    assert rows[1].cells == {"name": "Dan", "score": "3"}


@pytest.mark.parametrize("layout", [pytest.param(Lines(), id="lines"), pytest.param(Table(), id="table")])
def test_a_small_file_that_unpacks_to_a_huge_line_does_not_fill_memory(tmp_path, layout):
    packed = zstandard.compress(b"name,score\n" + bytes(1 << 28))
    source = SourceFile(written(tmp_path, packed))
    tracemalloc.start()
    rows = list(source.rows(layout))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(rows) > 0, peak < 1 << 27) == (True, True)


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_file_that_was_cut_off_says_after_which_row(tmp_path, pack):
    content = b"".join(b"row %d of many, %d\n" % (n, n * n) for n in range(20_000))
    packed = pack(content)
    path = written(tmp_path, packed[: len(packed) // 2])
    with pytest.raises(UserError, match=r"file: broken after row \d{3,}: .*; fetch the file again"):
        list(SourceFile(path).rows(Lines()))


def test_a_gzip_file_with_spoilt_bytes_says_after_which_row(tmp_path):
    packed = bytearray(gzip.compress(TABLE))
    packed[10] |= 0b110  # a kind of block that there is not
    with pytest.raises(UserError, match=r"file: broken after row \d+: .*; fetch the file again"):
        list(SourceFile(written(tmp_path, bytes(packed))).rows(Lines()))


def test_a_header_whose_quote_never_closes_is_one_line(tmp_path):
    source = SourceFile(written(tmp_path, b'name,"score\n' + b"Ana,9\n" * 1_000_000))
    with pytest.raises(UserError, match=r"file: the header cannot be read .*; close its quotes, or correct the map"):
        list(source.rows(Table()))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match="nowhere: No such file or directory"):
        SourceFile(tmp_path / "nowhere")


def test_a_pipe_is_told_that_a_file_is_taken(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="pipe: is no file, and pipes are not taken; write it to a file first"):
        SourceFile(tmp_path / "pipe")


def test_position_reaches_the_size_of_the_packed_file(tmp_path):
    source = SourceFile(written(tmp_path, gzip.compress(TABLE)))
    positions = [source.position for _ in source.rows(Table())]
    assert positions[-1] == source.size
