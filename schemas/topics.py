"""Every Kafka topic of Touchstream: what it carries, its key, how long it is kept."""

from dataclasses import dataclass
from typing import Final

from schemas.durations import DAY_MS

FOR_EVER: Final = -1
# More than is read: a message that is too large gets in, is seen, and comes out as a dead letter. A broker that
# refuses it leaves only the producer to know.
EVENT_MESSAGE_BYTES: Final = 4 << 20


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. How many partitions it has is a setting: all topics have the same number (see `streams/topic_setup.py`)."""

    name: str
    about: str
    key: str
    value: str
    retention_ms: int
    compacted: bool = False
    max_message_bytes: int = 1_048_588  # what Kafka takes when nobody says otherwise
    stamped_by_broker: bool = False  # its time is the moment we received it, whatever its producer's clock says


INTERACTIONS: Final = Topic(
    name="touchpoint.interactions",
    about="What customers and companies do.",
    key="journey_id",
    value="AnyInteraction",
    retention_ms=7 * DAY_MS,
    max_message_bytes=EVENT_MESSAGE_BYTES,
    stamped_by_broker=True,
)
FEEDBACK: Final = Topic(
    name="touchpoint.feedback",
    about="What customers say. Co-partitioned with interactions.",
    key="journey_id",
    value="AnyFeedback",
    retention_ms=7 * DAY_MS,
    max_message_bytes=EVENT_MESSAGE_BYTES,
    stamped_by_broker=True,
)
PANES: Final = Topic(
    name="touchpoint.panes",
    about="Absolute one-minute partial aggregates of one scope from one source partition.",
    key="scope|source partition|minute",
    value="Pane",
    retention_ms=2 * DAY_MS,
    compacted=True,
)
ALERTS: Final = Topic(
    name="touchpoint.alerts",
    about="Somebody should act now.",
    key="alert id",
    value="Alert",
    retention_ms=30 * DAY_MS,
)
DEAD_LETTERS: Final = Topic(
    name="touchpoint.dead-letters",
    about="Messages that could not be read, with their reason and raw bytes.",
    key="origin topic|partition|offset",
    value="DeadLetter",
    retention_ms=30 * DAY_MS,
    max_message_bytes=2 << 20,  # a whole message of one mebibyte in base64, its key and its reason
)

SUPPRESSED: Final = Topic(
    name="touchpoint.suppressed",
    about="Journeys that were erased, as hashes, so that no replay and no late event brings them back.",
    key="hash of journey_id",
    value="Suppression",
    retention_ms=FOR_EVER,
    compacted=True,
)

EVENTS: Final = (INTERACTIONS, FEEDBACK)
EVENT_TOPIC_NAMES: Final = tuple(topic.name for topic in EVENTS)
ALL: Final = (*EVENTS, PANES, ALERTS, DEAD_LETTERS, SUPPRESSED)
