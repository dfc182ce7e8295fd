"""Any bytes become an event or a reason; an event that was read is written and read again unchanged."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.codec import MAX_BYTES, Reason, Refused, decode, encode, unknown_fields
from schemas.envelope import Event, to_ms
from schemas.feedback import SurveyAnswer
from schemas.interactions import PageView
from schemas.topics import EVENTS, FEEDBACK, INTERACTIONS, PANES
from tests.unit.schemas.examples import ACCEPTED

SHOWN = {"event_id": "e-1", "type": "page_view", "occurred_at": "2026-03-30T09:15:00Z", "journey_id": "j-1"}
SHOWN |= {"touchpoint": "web_home", "url": "https://shop.example/"}
RATED = {"event_id": "e-1", "type": "survey_answer", "occurred_at": "2026-03-30T09:15:00Z", "journey_id": "j-1"}
RATED |= {"touchpoint": "survey_email", "metric": "nps", "score": 9, "scale": 10}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def shown(**fields):
    return json.dumps(SHOWN | fields).encode()


def rated(**fields):
    return json.dumps(RATED | fields).encode()


def is_event_or_reason(raw, topic):
    """The law of the door: nothing is raised, a reason is one readable line, an event survives being written."""
    told = decode(raw, topic)
    if isinstance(told, Refused):
        assert told.detail.isprintable()
        assert 0 < len(told.detail) <= 300
    else:
        assert isinstance(told, Event)
        again = decode(encode(told), topic)
        assert again == told
        assert unknown_fields(again) == unknown_fields(told)
        told.journey_id.encode()
    return True


@given(st.binary(max_size=200), st.sampled_from(EVENTS))
@example(b"[" * 10_000, INTERACTIONS)
@example(b'{"type": ' + b"1" * 5_000 + b"}", INTERACTIONS)
@example(b'{"type":"page_view","schema_version":' + b"9" * 4_000 + b"}", INTERACTIONS)
@example(b'{"\n": 1, "type": "survey_answer", "reasons": ["\n"]}', FEEDBACK)
def test_any_bytes_are_an_event_or_have_a_reason(raw, topic):
    assert is_event_or_reason(raw, topic)


@given(st.sampled_from(ACCEPTED), st.data())
def test_a_damaged_event_is_an_event_or_has_a_reason(example, data):
    raw = bytearray(example.raw)
    start = data.draw(st.integers(0, len(raw) - 1))
    end = data.draw(st.integers(start, min(len(raw), start + 8)))
    raw[start:end] = data.draw(st.binary(max_size=6))
    assert is_event_or_reason(bytes(raw), example.topic)


@given(st.sampled_from(ACCEPTED), st.data())
def test_an_event_with_any_values_in_any_fields_is_an_event_or_has_a_reason(example, data):
    fields = json.loads(example.raw)
    names = st.sampled_from([*fields, "schema_version", "sent_at", "properties"]) | st.text(max_size=8)
    fields |= data.draw(st.dictionaries(names, JSON, max_size=3))
    for gone in data.draw(st.sets(st.sampled_from(sorted(fields)), max_size=1)):
        del fields[gone]
    assert is_event_or_reason(json.dumps(fields).encode(), example.topic)


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=5), st.dictionaries(st.text(max_size=8), JSON, max_size=3))
def test_unknown_fields_and_properties_never_get_lost_or_mixed_up(unknown, properties):
    unknown = {f"x{name}": value for name, value in unknown.items()}
    event = decode(shown(**unknown, properties=properties), INTERACTIONS)
    if not isinstance(event, Refused):
        assert {name: event.properties[name] for name in properties} == properties
        assert unknown_fields(event) == sum(value is not None for value in unknown.values())
        assert len(event.properties) <= len(properties) + unknown_fields(event)


def test_an_unknown_field_becomes_a_property_and_is_counted():
    event = decode(shown(utm="mail", size={"w": 390, "h": 844}, tags=["a", 1.5], vip=True, gone=None), INTERACTIONS)
    assert event.properties == {"utm": "mail", "size": '{"w":390,"h":844}', "tags": '["a",1.5]', "vip": True}
    assert unknown_fields(event) == 4


def test_an_event_without_unknown_fields_counts_none():
    assert unknown_fields(decode(shown(properties={"a": 1}), INTERACTIONS)) == 0
    assert unknown_fields(PageView(**SHOWN)) == 0


def test_an_unknown_field_does_not_overwrite_a_property_of_its_name():
    event = decode(shown(plan="gold", properties={"plan": "silver"}), INTERACTIONS)
    assert event.properties == {"plan": "silver", "unknown.plan": "gold"}


def test_an_unknown_field_of_an_old_version_is_kept_too():
    told = {k: v for k, v in RATED.items() if k not in ("score", "scale")}
    old = told | {"schema_version": 1, "value": 0, "max": 10, "form": "autumn"}
    event = decode(json.dumps(old).encode(), FEEDBACK)
    assert (event.score, event.scale, event.schema_version) == (0, 10, 2)
    assert event.properties == {"form": "autumn"}
    assert unknown_fields(event) == 1


@pytest.mark.parametrize("value", [b"1e999", b"[-1e999]", b'{"deep": [1e999]}'])
def test_a_number_beyond_all_numbers_in_an_unknown_field_is_kept_as_text(value):
    raw = shown()[:-1] + b', "load": ' + value + b"}"
    event = decode(raw, INTERACTIONS)
    assert "Infinity" in event.properties["load"]
    assert decode(encode(event), INTERACTIONS) == event


def test_a_number_beyond_all_numbers_is_no_value_of_a_property():
    raw = shown()[:-1] + b', "properties": {"load": 1e999}}'
    assert decode(raw, INTERACTIONS).detail == "properties.load: inf should be text, a number, true, false or null"


@pytest.mark.parametrize("moment", ["1990-01-01T00:00:00Z", "2199-12-31T23:59:59.999Z", "2026-03-29T03:30:00+03:00"])
def test_every_moment_of_the_years_of_event_time_is_read(moment):
    assert isinstance(decode(shown(occurred_at=moment), INTERACTIONS), PageView)


@pytest.mark.parametrize(
    ("sent_at", "is_read"),
    [
        pytest.param("1900-01-01T00:00:00Z", True, id="first moment a column can hold"),
        pytest.param("1970-01-01T00:00:00Z", True, id="clock never set: only the event's own time must be plausible"),
        pytest.param("2298-12-31T23:59:59Z", True, id="last year"),
        pytest.param("1899-12-31T23:59:59Z", False, id="before"),
        pytest.param("2299-01-01T00:00:00Z", False, id="after"),
    ],
)
def test_other_moments_must_fit_a_column_of_clickhouse(sent_at, is_read):
    told = decode(shown(sent_at=sent_at), INTERACTIONS)
    assert isinstance(told, PageView) if is_read else told.reason is Reason.ABSURD_TIME


def test_a_message_of_exactly_one_mebibyte_is_read_and_one_byte_more_is_not():
    event = shown(title="")
    full = shown(title="x" * (MAX_BYTES - len(event)))
    assert len(full) == MAX_BYTES
    assert isinstance(decode(full, INTERACTIONS), PageView)
    refused = decode(full[:-1] + b" }", INTERACTIONS)
    assert refused == Refused(Reason.TOO_LARGE, f"the message has {MAX_BYTES + 1} bytes: at most {MAX_BYTES} are read")


def test_a_tombstone_is_an_empty_value():
    assert decode(None, INTERACTIONS).reason is Reason.EMPTY_VALUE


@pytest.mark.parametrize(
    ("raw", "topic", "detail"),
    [
        pytest.param(shown(touchpoint=7), INTERACTIONS, "touchpoint: 7 should be a valid string", id="type"),
        pytest.param(rated(score=11), FEEDBACK, "score 11 is not on the scale 0 to 10", id="scale"),
        pytest.param(
            shown(occurred_at="2026-03-30T09:15:00"),
            INTERACTIONS,
            "occurred_at: '2026-03-30T09:15:00' has no time zone: add an offset such as Z or +02:00",
            id="zone",
        ),
        pytest.param(
            shown(properties={"utm": {}, "ab": []}, url=1),
            INTERACTIONS,
            "properties.utm: {} should be text, a number, true, false or null (and 2 more)",
            id="several",
        ),
        pytest.param(
            shown(), FEEDBACK, "type: page_view belongs on touchpoint.interactions, not on touchpoint.feedback", id="topic"
        ),
        pytest.param(
            rated(schema_version=1, score="9"), FEEDBACK, "score: '9' should be a valid integer (told from version 1)", id="old"
        ),
    ],
)  # fmt: skip
def test_the_detail_names_field_value_and_expectation(raw, topic, detail):
    assert decode(raw, topic).detail == detail


def test_a_topic_that_carries_no_events_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        decode(shown(), PANES)


def test_an_event_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        decode(shown(), INTERACTIONS).journey_id = "j-2"


def test_an_event_made_in_python_is_written_with_its_type_and_version_and_without_empty_fields():
    event = SurveyAnswer(**RATED)
    written = json.loads(encode(event))
    assert (written["type"], written["schema_version"]) == ("survey_answer", 2)
    assert None not in written.values()
    assert decode(encode(event), FEEDBACK) == event


def test_zero_is_a_valid_nps_answer():
    assert decode(rated(score=0), FEEDBACK).score == 0


@pytest.mark.parametrize(
    ("moment", "milliseconds"),
    [
        pytest.param(datetime(1970, 1, 1, tzinfo=UTC), 0, id="the beginning"),
        pytest.param(datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))), 0, id="the beginning, elsewhere"),
        pytest.param(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), -1, id="rounded down before it"),
        pytest.param(
            datetime(2026, 3, 30, 9, 15, 0, 123_999, tzinfo=UTC), 1_774_862_100_123, id="rounded down after it"
        ),
    ],
)
def test_a_moment_is_milliseconds_since_1970_rounded_down(moment, milliseconds):
    assert to_ms(moment) == milliseconds


@given(st.datetimes(timezones=st.timezones()))
def test_milliseconds_of_any_moment_are_exact(moment):
    assert to_ms(moment) == (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
