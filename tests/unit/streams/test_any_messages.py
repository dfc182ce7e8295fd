"""Whatever a producer sends, nothing stops a pair, and every message leaves its one trace."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import letters
from schemas.topics import DEAD_LETTERS, Topic
from sinks import tables
from sinks.arrow import encode
from streams import orders, replays
from tests.builders import DAY, Record
from tests.pairs import NOW, System
from tests.unit.schemas.examples import ACCEPTED

DEEP = b'{"type":"erase","more":' + b"[" * 2_000 + b"]" * 2_000 + b"}"
HEADERS = st.sampled_from([(), ((replays.HEADER, DEEP),), ((orders.HEADER, DEEP),)])
LARGE = (10**400, -(10**400), 1e308)
VALUES = st.sampled_from([*LARGE, -1, True, None, "", "\x00", "x" * 5_000, [], ["", "a", "a"], {}])
FIELDS = ("reasons", "comment", "score", "sentiment", "amount", "load_ms", "due_at", "sent_at", "channel", "unknown")
PROPERTIES = st.dictionaries(
    st.sampled_from(["emotion_confidence", "due_at", "topic"]), st.sampled_from([*LARGE, None, "soon"])
)


@st.composite
def messages(draw: st.DrawFn) -> tuple[Topic, bytes | None, Any]:
    """An order without a value, or a good message in which some fields hold something else."""
    example, headers = draw(st.sampled_from(ACCEPTED)), draw(HEADERS)
    fields = json.loads(example.raw) | {"journey_id": "j1", "emotion": "happy", "properties": draw(PROPERTIES)}
    fields |= draw(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=1))
    return example.topic, draw(st.sampled_from([json.dumps(fields).encode(), None])), headers


@settings(max_examples=200, deadline=None)
@given(st.lists(messages(), min_size=1, max_size=5))
def test_every_message_of_any_producer_is_a_fact_a_duplicate_or_a_dead_letter(
    sent: list[tuple[Topic, bytes | None, Any]],
) -> None:
    system, dead = System(), []
    for offset, (topic, raw, headers) in enumerate(sent):
        effects = system.batch(topic, [Record(offset, NOW, b"j1", raw, headers)])
        for table, rows in effects.rows.items():
            assert encode(table, rows).num_rows == len(rows)
        dead += [letters.decode(each.value).origin_offset for each in effects.before if each.topic == DEAD_LETTERS.name]
        system.run(effects)
    system.end_of_time()
    system.tick(NOW + 100 * DAY)
    facts = [
        row["source_offset"]
        for table in (tables.INTERACTIONS, tables.ANSWERS)
        for row in system.clickhouse.alive(table)
    ]
    skipped = [row["offset"] for row in system.clickhouse.alive(tables.SKIPPED)]
    assert sorted([*facts, *skipped, *dead]) == list(range(len(sent)))
