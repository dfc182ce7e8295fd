"""Every example message is read and does what its folder says; nothing is without an example, no example without use."""

import json

import pytest

from schemas import interactions
from schemas.codec import Reason, Refused, decode
from schemas.registry import CURRENT_VERSION, MODEL_OF, TOPIC_OF
from schemas.upcasting import UPCASTERS
from tests.unit.schemas.examples import ACCEPTED, ALL, REFUSED, ROOT, TOPICS

UNWRITTEN = {Reason.TOO_LARGE, Reason.UNSTORABLE}  # a megabyte, and what bytes alone do not show


@pytest.mark.parametrize("example", ACCEPTED, ids=lambda example: example.name)
def test_an_accepted_example_is_an_event_of_its_folder_in_the_current_version(example):
    event = decode(example.raw, example.topic)
    assert not isinstance(event, Refused), event
    assert type(event) is MODEL_OF[example.type]
    assert event.schema_version == CURRENT_VERSION[example.type]


@pytest.mark.parametrize("example", REFUSED, ids=lambda example: example.name)
def test_a_refused_example_is_refused_for_the_reason_of_its_folder(example):
    refused = decode(example.raw, example.topic)
    assert isinstance(refused, Refused)
    assert refused.reason == example.refused_for


def test_every_file_stands_where_a_test_reads_it():
    for path in (example.path.relative_to(ROOT) for example in ALL):
        topic, folder, *rest = path.parts
        assert topic in TOPICS, path
        assert len(rest) == (2 if folder == "refused" else 1), path
        assert (rest[0] in set(Reason)) if folder == "refused" else (TOPIC_OF.get(folder) == topic), path
        assert path.suffix in ({".json", ".bin"} if folder == "refused" else {".json"}), path


def test_every_event_type_has_an_example():
    assert {example.type for example in ACCEPTED} == set(TOPIC_OF)


@pytest.mark.parametrize(
    ("kind", "field", "values"),
    [
        ("call", "action", interactions.CallAction),
        ("ticket", "action", interactions.TicketAction),
        ("proposal", "action", interactions.ProposalAction),
        ("message", "direction", interactions.Direction),
        ("link_click", "medium", interactions.Medium),
    ],
)
def test_every_action_has_an_example(kind, field, values):
    assert {json.loads(each.raw)[field] for each in ACCEPTED if each.type == kind} == set(values)


def test_every_reason_has_an_example():
    assert {example.refused_for for example in REFUSED} == set(Reason) - UNWRITTEN


def test_every_old_version_that_can_be_told_anew_has_an_example():
    written = {(each.type, json.loads(each.raw).get("schema_version", CURRENT_VERSION[each.type])) for each in ACCEPTED}
    assert {(kind, version) for kind, version in written if version != CURRENT_VERSION[kind]} == set(UPCASTERS)


def test_no_two_examples_share_an_event_id():
    ids = [json.loads(each.raw)["event_id"] for each in ACCEPTED]
    assert len(ids) == len(set(ids))
