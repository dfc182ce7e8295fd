"""Values of a YAML file keep their lines; text that is no YAML is told with a line and nothing else is raised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.located_yaml import LocatedYaml, YamlError


def test_every_value_knows_its_line():
    document = LocatedYaml("a: 1\nb:\n  - x\n  - c: 2\n    d: 3\n")
    assert document.values == {"a": 1, "b": ["x", {"c": 2, "d": 3}]}
    assert [document.line(p) for p in [(), ("a",), ("b",), ("b", 0), ("b", 1, "d")]] == [1, 1, 2, 3, 5]


def test_an_absent_value_has_the_line_of_what_surrounds_it():
    assert LocatedYaml("a: 1\nb:\n  - x\n  - c: 2\n").line(("b", 1, "missing", 7)) == 4


def test_a_date_stays_text_so_that_its_reader_can_say_what_is_wrong_with_it():
    assert LocatedYaml("day: 2026-02-30").values == {"day": "2026-02-30"}


@pytest.mark.parametrize(
    ("text", "line", "complaint"),
    [
        pytest.param("a: 1\nb: 2\na: 3", 3, "'a' is written twice: keep one", id="key twice"),
        pytest.param("a:\n  b: [1", 2, "not YAML", id="bracket left open"),
        pytest.param("a: 1\nb: \x07", 2, "not allowed", id="control character"),
        pytest.param("a: 1\nb: &me [*me]", 2, "anchor contains itself", id="endless anchor"),
        pytest.param("a: 1\n[b]: 2", 2, "use a word", id="list as key"),
        pytest.param("a: 1\nb: 0x_", 2, "not YAML: invalid literal", id="number that is none"),
        pytest.param("a: 1\nb: !!bool x", 2, "not YAML: 'x' is no bool", id="tag of another kind"),
        pytest.param("a: 1\nb: !!timestamp x", 2, "not YAML: 'x' is no timestamp", id="tag of a time"),
        pytest.param("a: 1\nb: !!python/object:os.system x", 2, "could not determine a constructor", id="code"),
        pytest.param(
            f"a: &a [{'x,' * 1000}]\nb: [{'*a,' * 1000}]", 1, "write fewer anchors", id="a million by anchors"
        ),
        pytest.param("[" * 5000, 1, "write it flatter", id="too deep"),
        pytest.param("# nothing yet\n", 1, "is empty", id="empty"),
    ],
)
def test_what_is_no_catalogue_at_all_is_told_with_its_line(text, line, complaint):
    with pytest.raises(YamlError, match=complaint) as caught:
        LocatedYaml(text)
    assert caught.value.line == line


@given(st.text(st.sampled_from("ab:-[]{}&*!?|>'\"# \n\t0x,<~\x07"), max_size=40))
def test_no_text_raises_anything_but_its_own_error_with_a_line_of_the_text(text):
    line = 1
    try:
        LocatedYaml(text)
    except YamlError as error:
        line = error.line
    assert 1 <= line <= text.count("\n") + 1
