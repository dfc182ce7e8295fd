"""Old versions of events are told in the current one, step by step, and paths that lead nowhere are refused."""

from schemas import upcasting
from schemas.registry import CURRENT_VERSION
from schemas.upcasting import UPCASTERS, survey_answer_2, upcast


def test_version_1_of_an_answer_called_its_score_value_and_its_scale_max():
    assert survey_answer_2({"value": 3, "max": 5, "metric": "csat"}) == {"score": 3, "scale": 5, "metric": "csat"}


def test_a_field_that_version_1_did_not_have_does_not_hide_the_answer():
    assert survey_answer_2({"value": 3, "score": 9}) == survey_answer_2({"score": 9, "value": 3}) == {"score": 3}


def test_steps_follow_each_other_up_to_the_current_version(monkeypatch):
    steps = {
        ("page_view", 1): lambda old: old | {"one": 1},
        ("page_view", 2): lambda old: old | {"two": old["one"] + 1},
    }
    monkeypatch.setattr(upcasting, "UPCASTERS", steps)
    told = upcast({"type": "page_view", "schema_version": 1}, current=3)
    assert told == {"type": "page_view", "schema_version": 3, "one": 1, "two": 2}


def test_a_version_without_a_path_cannot_be_told():
    assert upcast({"type": "survey_answer", "schema_version": 0}, current=2) is None
    assert upcast({"type": "survey_answer", "schema_version": 3}, current=2) is None


def test_telling_an_event_anew_leaves_the_old_fields_alone():
    old = {"type": "survey_answer", "schema_version": 1, "value": 3}
    upcast(old, current=2)
    assert old == {"type": "survey_answer", "schema_version": 1, "value": 3}


def test_every_step_leads_from_an_older_version_of_a_type_that_exists():
    assert all(1 <= version < CURRENT_VERSION[kind] for kind, version in UPCASTERS)
    assert {(kind, version) for kind, current in CURRENT_VERSION.items() for version in range(1, current)} == set(
        UPCASTERS
    )
