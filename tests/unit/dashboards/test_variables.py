"""Variables reach the SQL as in Grafana, and none of their values can become SQL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.macros import TimeRange
from dashboards.variables import ALL, Chosen, VariableError, interpolate, render

HOUR = TimeRange(1_700_000_000_000, 1_700_003_600_000, 60_000)


@pytest.mark.parametrize(
    ("sql", "choice", "result"),
    [
        pytest.param("c = ${v:singlequote}", Chosen(("phone",)), "c = 'phone'", id="one value"),
        pytest.param("c IN ($v)", Chosen(("a", "b"), multi=True), "c IN ('a','b')", id="plain, several"),
        pytest.param("c IN (${v})", Chosen(("a",), multi=True), "c IN ('a')", id="plain, one of a multi-value"),
        pytest.param("c IN (${v:singlequote})", Chosen((ALL,), ("a", "b")), "c IN ('a','b')", id="All is every option"),
        pytest.param("c IN (${v:singlequote})", Chosen((ALL,)), "c IN ('')", id="All of nothing"),
        pytest.param("c = ${v:singlequote}", Chosen((ALL,), ("a",), all_value="any"), "c = 'any'", id="own All"),
        pytest.param("${v}_s", Chosen(("business",)), "business_s", id="a bare word"),
        pytest.param("${v:raw}", Chosen(("p95",)), "p95", id="raw word"),
        pytest.param("c = ${v:singlequote}", Chosen(("it's",)), r"c = 'it\'s'", id="a quote"),
        pytest.param("c = ${v:sqlstring}", Chosen(("\\' OR 1 --",)), r"c = '\\\' OR 1 --'", id="a backslash"),
        pytest.param("$w $vv", Chosen(("a",)), "$w $vv", id="unknown names stay"),
        pytest.param("c = ${v:singlequote}", Chosen(("$v ${v}",)), "c = '$v ${v}'", id="a value is not read again"),
    ],
)
def test_a_variable_becomes_its_value(sql: str, choice: Chosen, result: str) -> None:
    assert interpolate(sql, HOUR, {"v": choice}) == result


@pytest.mark.parametrize("sql", ["$v", "${v}", "${v:raw}"])
@pytest.mark.parametrize("value", ["a b", "a'b", "1;", "a--", "a/*", "(", "\\", "é"])
def test_a_bare_value_that_is_no_word_is_refused(sql: str, value: str) -> None:
    with pytest.raises(VariableError, match="singlequote"):
        interpolate(sql, HOUR, {"v": Chosen((value,))})


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(VariableError, match="regex"):
        interpolate("${v:regex}", HOUR, {"v": Chosen(("a",))})


def test_grafanas_own_variables_are_known() -> None:
    sql = "$__from ${__to} $__range_s $__interval $__interval_ms $__timeFilter(t)"

    assert interpolate(sql, HOUR, {}) == "1700000000000 1700003600000 3600 1m 60000 $__timeFilter(t)"


def test_a_statement_is_rendered_in_grafanas_order() -> None:
    sql = "WHERE $__timeFrom(t) AND $__conditionalAll(c IN (${c:singlequote}), $c) AND $__conditionalAll(s = $s, $s)"
    chosen = {"c": Chosen(("$__toTime",), multi=True), "s": Chosen((ALL,), ("x",))}

    assert render(sql, HOUR, chosen) == "WHERE t >= toDateTime(1700000000) AND c IN ('$__toTime') AND 1=1"


@pytest.mark.parametrize("values", [(), ("",), (ALL,)])
def test_nothing_chosen_filters_nothing(values: tuple[str, ...]) -> None:
    assert render("$__conditionalAll(c = 1, $c)", HOUR, {"c": Chosen(values)}) == "1=1"


@given(st.text())
def test_any_value_stays_inside_its_quotes(value: str) -> None:
    sql = interpolate("${v:singlequote}", HOUR, {"v": Chosen((value,))})

    inside, at = sql[1:-1], 0
    while at < len(inside):
        assert inside[at] != "'"
        at += 2 if inside[at] == "\\" else 1
    assert at == len(inside)
    assert sql[0] == sql[-1] == "'"
