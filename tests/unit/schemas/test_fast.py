"""The fast reader and the models take and refuse the same bytes, and see the same values in them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import codec, fast
from schemas.codec import Reason, Refused
from schemas.registry import MODEL_OF
from schemas.topics import EVENTS, FEEDBACK, INTERACTIONS
from tests.unit.logic.test_any_order import interaction, opinion
from tests.unit.schemas.examples import ACCEPTED, ALL
from tests.unit.schemas.test_codec import JSON, RATED, SHOWN, shown

MOMENTS = st.from_regex(r"\A(1900|1990|2026|2199)-0[1-9]-31[T ]23:59:5\d(\.\d{1,9})?(Z|z|[+-]\d\d:?\d\d)?\Z")
SAYS = [
    b"\\u0000",
    b"\\u0030",
    b"\\ud800",
    b"1e999",
    b"1.0",
    b"-0",
    b'"type":"call",',
    b"\n",
    b"\x7f",
    b"\xff",
    b"null",
    b"",
]


def decode(raw, topic):
    return fast.decode_all([raw], topic)[0]


def assert_same(raw, topic):
    """The models' word and the fast reader's are one."""
    slow, quick = codec.decode(raw, topic), decode(raw, topic)
    if isinstance(slow, Refused):
        assert quick == slow
        return
    assert isinstance(quick, fast.FAST[slow.type])
    assert values(quick, slow) == values(slow, slow)
    assert quick.type == slow.type
    assert quick.unknown_fields == codec.unknown_fields(slow)
    assert quick.interactive == getattr(slow, "interactive", False)


def values(event, model):
    named = {name: getattr(event, name) for name in type(model).model_fields}
    kinds = {name: type(value) for name, value in named.items() if not name.endswith("_at")}  # zones have two classes
    inner = {name: type(value) for name, value in event.properties.items()}
    return named, kinds, inner, list(event.properties)


@pytest.mark.parametrize("length", [256, 257])
@pytest.mark.parametrize("field", ["segment", "variant", "source"])
def test_a_label_has_at_most_256_characters(field, length):
    raw = shown(**{field: "é" * length})
    assert_same(raw, INTERACTIONS)
    told = codec.decode(raw, INTERACTIONS)
    if length > 256:
        assert told.reason is Reason.BAD_VALUE
        assert told.detail.endswith("should have at most 256 characters")


@pytest.mark.parametrize(("number", "length"), [(50, 256), (51, 1), (1, 257)])
def test_a_customer_ticks_at_most_50_reasons(number, length):
    raw = json.dumps(RATED | {"reasons": ["x" * length] * number}).encode()
    assert_same(raw, FEEDBACK)
    assert isinstance(codec.decode(raw, FEEDBACK), Refused) == ((number, length) != (50, 256))


@pytest.mark.parametrize("example", ALL, ids=lambda example: example.name)
def test_every_example_is_read_alike(example):
    assert_same(example.raw, example.topic)


@pytest.mark.parametrize("example", ACCEPTED, ids=lambda example: example.name)
def test_what_is_read_fast_never_sees_the_models(example, monkeypatch):
    fields = json.loads(example.raw)
    known = fields.keys() <= MODEL_OF[fields["type"]].model_fields.keys()
    monkeypatch.setattr(codec, "decode", lambda *_: pytest.fail("the slow path"))
    if known and fields.get("schema_version", 2) == codec.CURRENT_VERSION[fields["type"]]:
        assert decode(example.raw, example.topic).event_id == fields["event_id"]


@given(st.one_of(interaction(), opinion()))
@settings(deadline=None)
def test_every_valid_event_is_read_alike(event):
    for topic in EVENTS:
        assert_same(codec.encode(event), topic)


@given(st.sampled_from(ACCEPTED), st.data())
def test_a_damaged_event_is_read_alike(example, data):
    raw = bytearray(example.raw)
    start = data.draw(st.integers(0, len(raw) - 1))
    end = data.draw(st.integers(start, min(len(raw), start + 8)))
    raw[start:end] = data.draw(st.binary(max_size=6) | st.sampled_from(SAYS))
    assert_same(bytes(raw), example.topic)


@given(st.sampled_from(ACCEPTED), st.data())
def test_any_values_in_any_fields_are_read_alike(example, data):
    fields = json.loads(example.raw)
    names = st.sampled_from([*MODEL_OF[example.type].model_fields, "due_at"]) | st.text(max_size=8)
    fields |= data.draw(st.dictionaries(names, JSON | MOMENTS, max_size=3))
    for gone in data.draw(st.sets(st.sampled_from(sorted(fields)), max_size=1)):
        del fields[gone]
    assert_same(json.dumps(fields).encode(), example.topic)


@given(MOMENTS)
def test_a_moment_in_any_notation_is_read_alike(moment):
    assert_same(shown(occurred_at=moment), INTERACTIONS)
    assert_same(shown(sent_at=moment), INTERACTIONS)


OF_MODELS = {
    (kind, name)
    for kind, model in MODEL_OF.items()
    for name, field in model.model_json_schema()["properties"].items()
    if "date-time" in str(field)
}


@pytest.mark.parametrize(("kind", "name"), sorted(OF_MODELS))
@pytest.mark.parametrize("year", [1700, 2400])
def test_a_moment_of_any_type_outside_of_the_years_is_refused_alike(kind, name, year):
    example = next(each for each in ACCEPTED if each.type == kind)
    raw = json.dumps(json.loads(example.raw) | {name: f"{year}-01-01T00:00:00Z"}).encode()
    assert codec.decode(raw, example.topic).reason == Reason.ABSURD_TIME
    assert_same(raw, example.topic)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(shown(occurred_at="2026-03-30T09:15:00.1239999Z"), id="digits below microseconds are cut off"),
        pytest.param(shown().replace(b"00Z", rb"00.123999\u0039Z"), id="also behind an escape"),
        pytest.param(shown(journey_id="a\0b"), id="NUL in an identifier"),
        pytest.param(shown(unknown_fields=3), id="a name the fast classes use"),
        pytest.param(shown(rules=[], interactive=False), id="names the fast classes have"),
        pytest.param(shown(title="a\0b", properties={"\0": "\0"}), id="NUL elsewhere"),
        pytest.param(shown(type="purchase", url=None, order_id="o", amount=2**63, currency="EUR"), id="too much"),
        pytest.param(shown()[:-1] + b',"type":"call"}', id="two types"),
        pytest.param(b"[" * 100_000, id="too deep"),
        pytest.param(b" ", id="white space"),
        pytest.param(None, id="nothing"),
    ],
)
def test_what_readers_differ_about_is_read_alike(raw):
    assert_same(raw, INTERACTIONS)


@pytest.mark.parametrize("currency", ["EUR", "EUR\n", "eur", "\u0395UR"])
def test_a_line_end_is_no_part_of_a_currency(currency):
    bought = {**SHOWN, "type": "purchase", "order_id": "o", "amount": 1, "currency": currency}
    del bought["url"]
    assert_same(json.dumps(bought).encode(), INTERACTIONS)


def test_a_fast_event_cannot_be_changed_either():
    with pytest.raises(AttributeError):
        decode(shown(), INTERACTIONS).journey_id = "j-2"


OF_INTERACTIONS = [example.raw for example in ALL if example.topic is INTERACTIONS]
DOUBTFUL = [
    None,
    b"",
    b"\xff",
    shown(journey_id="a\0b"),
    shown(occurred_at="2026-03-30T09:15:00.1239999Z"),
    shown() * 2,
]


@given(st.lists(st.sampled_from([*OF_INTERACTIONS, *DOUBTFUL]), max_size=3 * fast.AT_ONCE))
def test_a_message_is_read_alike_alone_and_among_others(raws):
    together, alone = fast.decode_all(raws, INTERACTIONS), [decode(raw, INTERACTIONS) for raw in raws]
    assert [*map(repr, together)] == [*map(repr, alone)]


def test_one_message_may_be_as_long_as_many():
    raws = [shown(title="x" * (codec.MAX_BYTES // 4))] * 5
    assert not any(isinstance(each, Refused) for each in fast.decode_all(raws, INTERACTIONS))
