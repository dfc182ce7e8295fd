"""What `touchstream sql` sees in a query before ClickHouse does."""

import io

import pytest
from rich.console import Console

from touchstream.commands.sql import ASKS, ENDS_WITH_FORMAT, MOST_ROWS, _answer, _drawn, _for_eyes


@pytest.mark.parametrize(
    "query",
    ["SELECT 1", "-- why\n/* and\nhow */ (select 1)", "/**/WITH 1 AS a SELECT a", "#!query\n# more\nSHOW TABLES"],
)
def test_a_query_has_an_answer_whatever_comments_stand_before_it(query):
    assert ASKS.match(query)


@pytest.mark.parametrize(
    "query",
    ["INSERT INTO a SELECT 1", "/* SELECT */ DROP TABLE a", "/* a */ INSERT INTO b /* c */ SELECT 1", "-- SELECT 1"],
)
def test_a_change_has_none(query):
    assert not ASKS.match(query)


@pytest.mark.parametrize(
    ("query", "own"),
    [
        ("SELECT 1 FORMAT JSON", True),
        ("SELECT 1 format JSON SETTINGS max_threads=1, log_comment = 'a b'", True),
        ("SELECT 1 FORMAT JSON -- as they like it", True),
        ("SELECT 1 FORMAT JSON\nSETTINGS max_threads = 1 /* slowly */", True),
        ("SELECT 1 SETTINGS max_threads=1", False),
        ("SELECT 'FORMAT JSON'", False),
        ("SELECT format AS form", False),
    ],
)
def test_a_format_of_its_own_may_be_followed_by_settings_and_comments(query, own):
    assert bool(ENDS_WITH_FORMAT.search(query)) is own


class Endless:
    """An answer that never ends."""

    def read(self, _size: int) -> bytes:
        return b'["n"]\n' * 100


def test_of_a_long_answer_only_what_is_printed_is_read():
    assert len(_answer(Endless())) == 2 + MOST_ROWS + 1


def drawn(names, rows, width):
    console = Console(width=width, file=io.StringIO())
    console.print(_drawn(names, ["String"] * len(names), rows, console))
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_sentences_are_broken_between_words_and_stay_in_the_table():
    assert drawn(["id", "comment"], [["a1", "never again, they said"]], 20) == [
        "id ┃ comment",
        "━━━╇━━━━━━━━━━━━━━━━",
        "a1 │ never again,",
        "   │ they said",
    ]


def test_what_would_be_broken_within_words_stands_upright():
    assert drawn(["touchpoint", "outcome"], [["chat_presales", "answered"], [None, "open"]], 20) == [
        "touchpoint │ chat_pr",
        "           │ esales",
        "outcome    │ answere",
        "           │ d",
        "───────────┼────────",
        "touchpoint │ -",
        "outcome    │ open",
    ]
    assert drawn(["touchpoint", "outcome"], [["chat_presales", "answered"]], 24)[0].split() == [
        "touchpoint",
        "┃",
        "outcome",
    ]


def test_a_format_for_programs_commands_no_terminal_either():
    assert _for_eyes(b'"a"\n"\x1b[2Jgone\xff"\n') == '"a"\n"\\x1b[2Jgone�"\n'.encode()
