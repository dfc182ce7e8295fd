"""The macros give what the documentation and the tests of the ClickHouse plugin say they give."""

import pytest

from dashboards.macros import MacroError, TimeRange, conditional_all, expand

# The moments of the plugin's own tests: 2014-11-12T11:45:26.371Z to 2015-11-12T11:45:26.371Z, steps of 20 s.
YEAR = TimeRange(1415792726371, 1447328726371, 20_000)


@pytest.mark.parametrize(
    ("macro", "sql"),
    [
        ("$__fromTime", "toDateTime(1415792726)"),
        ("$__toTime", "toDateTime(1447328726)"),
        ("$__fromTime()", "toDateTime(1415792726)"),
        ("$__fromTime_ms", "fromUnixTimestamp64Milli(1415792726371)"),
        ("$__toTime_ms", "fromUnixTimestamp64Milli(1447328726371)"),
        ("$__timeFilter(col)", "col >= toDateTime(1415792726) AND col <= toDateTime(1447328726)"),
        (
            "$__timeFilter_ms(col)",
            "col >= fromUnixTimestamp64Milli(1415792726371) AND col <= fromUnixTimestamp64Milli(1447328726371)",
        ),
        ("$__dateFilter(col)", "col >= toDate('2014-11-12') AND col <= toDate('2015-11-12')"),
        (
            "$__dateTimeFilter(d, t)",
            "(d >= toDate('2014-11-12') AND d <= toDate('2015-11-12'))"
            " AND (t >= toDateTime(1415792726) AND t <= toDateTime(1447328726))",
        ),
        (
            "$__dt(d,t)",
            "(d >= toDate('2014-11-12') AND d <= toDate('2015-11-12'))"
            " AND (t >= toDateTime(1415792726) AND t <= toDateTime(1447328726))",
        ),
        ("$__timeFrom(col)", "col >= toDateTime(1415792726)"),
        ("$__timeTo(col)", "col <= toDateTime(1447328726)"),
        ("$__timeInterval(col)", "toStartOfInterval(toDateTime(col), INTERVAL 20 second)"),
        ("$__timeInterval_ms(col)", "toStartOfInterval(toDateTime64(col, 3), INTERVAL 20000 millisecond)"),
        ("$__timeGroup(col, 5m)", "toStartOfInterval(toDateTime(col), INTERVAL 300 second)"),
        ("$__timeGroup(col, 1h30m)", "toStartOfInterval(toDateTime(col), INTERVAL 5400 second)"),
        ("$__interval_s", "20"),
        ("$__interval", "20s"),
        ("$__interval_ms", "20000"),
    ],
)
def test_a_macro_expands_as_in_the_plugin(macro: str, sql: str) -> None:
    assert expand(f"a {macro} b", YEAR) == f"a {sql} b"


@pytest.mark.parametrize(
    ("interval_ms", "seconds", "text"),
    [(1, 1, "1ms"), (999, 1, "999ms"), (1500, 1, "1s"), (60_000, 60, "1m"), (7_200_000, 7200, "2h")],
)
def test_a_step_is_whole_seconds_and_at_least_one(interval_ms: int, seconds: int, text: str) -> None:
    assert expand("$__interval_s $__interval", TimeRange(0, 1, interval_ms)) == f"{seconds} {text}"


@pytest.mark.parametrize(
    "untouched",
    [
        "'$__fromTime'",
        "'it''s $__fromTime'",
        r"'a\' $__fromTime'",
        '"$__fromTime"',
        "`$__fromTime`",
        "$text$ $__fromTime $text$",
        "$$ $__fromTime $$",
        "$__notAMacro(col)",
        "$__fromTimes",
        "$__adHocFilters('t')",
    ],
)
def test_quoted_texts_and_unknown_macros_stay(untouched: str) -> None:
    assert expand(f"SELECT {untouched}", YEAR) == f"SELECT {untouched}"


def test_comments_are_blanked_before_macros_are_read() -> None:
    sql = "SELECT 1 -- $__timeFilter(\n/* $__timeGroup(a) */ , '-- no comment', $__interval_s"

    assert expand(sql, YEAR).split() == ["SELECT", "1", ",", "'--", "no", "comment',", "20"]


def test_an_argument_may_hold_brackets_commas_quotes_and_other_macros() -> None:
    column = "if(x IN (1, 2), parseDateTime('(', ','), $__fromTime)"

    expanded = expand(f"$__timeFrom({column}) AND 1", YEAR)

    assert expanded == (
        "if(x IN (1, 2), parseDateTime('(', ','), toDateTime(1415792726)) >= toDateTime(1415792726) AND 1"
    )


@pytest.mark.parametrize(
    "sql",
    [
        "$__timeFilter()",
        "$__timeFilter",
        "$__timeFilter(a, b)",
        "$__dateTimeFilter(a)",
        "$__timeGroup(col, 1d)",
        "$__timeGroup(col)",
        "$__timeFilter(col",
    ],
)
def test_what_the_plugin_refuses_is_refused(sql: str) -> None:
    with pytest.raises(MacroError):
        expand(sql, YEAR)


@pytest.mark.parametrize("variable", ["$channel", "${channel}"])
def test_conditional_all_drops_a_condition_that_filters_nothing(variable: str) -> None:
    sql = f"WHERE $__conditionalAll(channel IN (${{channel:singlequote}}), {variable}) AND x"

    assert conditional_all(sql, {"channel"}) == "WHERE 1=1 AND x"
    assert conditional_all(sql, {"other"}) == "WHERE channel IN (${channel:singlequote}) AND x"


def test_conditional_all_refuses_a_format() -> None:
    with pytest.raises(MacroError, match="plain"):
        conditional_all("$__conditionalAll(a = 1, ${channel:singlequote})", {"channel"})
