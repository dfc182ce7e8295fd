"""The documents for producers are fresh, complete and say what the code does."""

import json
import re
from datetime import datetime
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from schemas import generate, topics
from schemas.codec import Reason, Refused, decode
from schemas.registry import CURRENT_VERSION, TOPIC_OF
from tests.unit.schemas.examples import ACCEPTED, REFUSED

GENERATED = Path(generate.__file__).parent / "generated"
DOCUMENTS = generate.documents()
TIMES = jsonschema.FormatChecker(formats=())


@TIMES.checks("date-time", raises=ValueError)
def is_a_moment(value):
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


VALIDATORS = {
    kind: jsonschema.Draft202012Validator(json.loads(DOCUMENTS[f"{kind}.schema.json"]), format_checker=TIMES)
    for kind in [*TOPIC_OF, "alert", "dead_letter"]
}


def is_current(example):
    current = CURRENT_VERSION[example.type]
    return json.loads(example.raw).get("schema_version", current) == current


CURRENT = [example for example in ACCEPTED if is_current(example)]

# Reasons that a producer can find out alone with the schema of the type it writes.
CHECKED_BY_SCHEMA = {
    Reason.MISSING_FIELD,
    Reason.WRONG_TYPE,
    Reason.BAD_VALUE,
    Reason.OFF_SCALE,
    Reason.NAIVE_TIME,
    Reason.UNKNOWN_VERSION,
}


def typed_refusals():
    for each in REFUSED:
        if each.refused_for in CHECKED_BY_SCHEMA:
            fields = json.loads(each.raw)
            kind = fields.get("type")
            yield pytest.param(kind if kind in VALIDATORS else "page_view", fields, id=each.name)


def test_the_documents_in_the_repository_are_those_of_the_code():
    on_disk = {path.name: path.read_text(encoding="utf-8") for path in GENERATED.iterdir()}
    assert on_disk == DOCUMENTS, "run make generate"


def test_writing_the_documents_tells_the_files_and_makes_the_folder(tmp_path):
    files = generate.write(tmp_path / "new")
    assert sorted(files) == sorted((tmp_path / "new").iterdir())
    assert {path.name: path.read_text(encoding="utf-8") for path in files} == DOCUMENTS


@pytest.mark.parametrize("kind", VALIDATORS)
def test_every_schema_is_a_schema(kind):
    jsonschema.Draft202012Validator.check_schema(VALIDATORS[kind].schema)


@pytest.mark.parametrize("kind", VALIDATORS)
def test_every_field_says_what_it_means_and_every_value_of_a_list_is_explained(kind):
    schema = VALIDATORS[kind].schema
    assert [name for name, field in schema["properties"].items() if not field.get("description")] == []
    for listed in schema.get("$defs", {}).values():
        assert [value for value in listed["enum"] if not re.search(rf"\b{value}\b", listed["description"])] == []


@pytest.mark.parametrize("example", CURRENT, ids=lambda example: example.name)
def test_an_accepted_example_fits_the_schema_of_its_type(example):
    VALIDATORS[example.type].validate(json.loads(example.raw))


@pytest.mark.parametrize(("kind", "fields"), list(typed_refusals()))
def test_an_example_refused_for_its_content_does_not_fit_the_schema_either(kind, fields):
    assert not VALIDATORS[kind].is_valid(fields)


@given(st.sampled_from(CURRENT), st.data())
def test_whatever_the_reader_accepts_fits_the_schema(example, data):
    fields = json.loads(example.raw)
    values = (
        st.none() | st.booleans() | st.integers(-2, 12) | st.sampled_from(["nps", "csat", "x", "", "reversed", 0.5])
    )
    fields |= data.draw(st.dictionaries(st.sampled_from(sorted({*fields, "channel", "source"})), values, max_size=3))
    event = decode(json.dumps(fields).encode(), example.topic)
    if not isinstance(event, Refused) and fields.get("schema_version", 2) == event.schema_version:
        VALIDATORS[event.type].validate(fields)


@given(st.sampled_from(["nps", "csat", "ces", "rating"]), st.integers(-1, 12), st.integers(0, 12))
def test_schema_and_reader_agree_on_every_score_of_every_scale(metric, score, scale):
    fields = {"event_id": "e", "type": "review", "occurred_at": "2026-03-30T09:15:00Z", "journey_id": "j"}
    fields |= {"touchpoint": "t", "metric": metric, "score": score, "scale": scale}
    read = not isinstance(decode(json.dumps(fields).encode(), topics.FEEDBACK), Refused)
    assert VALIDATORS["review"].is_valid(fields) == read


@pytest.fixture(scope="module")
def asyncapi():
    return yaml.safe_load((GENERATED / "asyncapi.yaml").read_text(encoding="utf-8"))


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_reference_of_the_asyncapi_document_leads_somewhere(asyncapi):
    found = set(references(asyncapi))
    assert len(found) > 20
    for reference in found:
        if reference.startswith("#/"):
            node = asyncapi
            for step in reference[2:].split("/"):
                node = node[step]
        else:
            assert (GENERATED / reference).is_file(), reference


@pytest.mark.parametrize("kind", VALIDATORS)
def test_every_reference_of_a_schema_leads_to_its_own_definitions(kind):
    schema = VALIDATORS[kind].schema
    assert {reference.removeprefix("#/$defs/") for reference in references(schema)} <= set(schema.get("$defs", {}))


def test_every_topic_is_a_channel_with_its_settings_and_its_key(asyncapi):
    channels = {channel["address"]: channel for channel in asyncapi["channels"].values()}
    assert set(channels) == {topic.name for topic in topics.ALL}
    for topic in topics.ALL:
        settings = channels[topic.name]["bindings"]["kafka"]["topicConfiguration"]
        assert settings["retention.ms"] == topic.retention_ms
        assert settings["max.message.bytes"] == topic.max_message_bytes
        assert ("compact" in settings["cleanup.policy"]) is topic.compacted
        assert ("message.timestamp.type" in settings) is (topic in topics.EVENTS)
        for name in channels[topic.name]["messages"]:
            message = asyncapi["components"]["messages"][name]
            assert message["bindings"]["kafka"]["key"]["description"] == topic.key


def test_every_event_type_is_a_message_of_its_topic(asyncapi):
    for kind, topic in TOPIC_OF.items():
        channel = next(each for each in asyncapi["channels"].values() if each["address"] == topic)
        assert channel["messages"][kind] == {"$ref": f"#/components/messages/{kind}"}


def test_every_channel_has_an_operation_and_events_are_only_read(asyncapi):
    actions = {}
    for operation in asyncapi["operations"].values():
        actions.setdefault(operation["channel"]["$ref"].removeprefix("#/channels/"), set()).add(operation["action"])
    assert actions == {
        "interactions": {"receive"},
        "feedback": {"receive"},
        "panes": {"receive", "send"},
        "alerts": {"send"},
        "dead_letters": {"receive", "send"},
        "suppressed": {"receive", "send"},
    }
