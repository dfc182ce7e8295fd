"""The tables of ClickHouse as writers see them: columns, their types and their order, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Self


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its ClickHouse type."""

    name: str
    type: str

    @property
    def nullable(self) -> bool:
        """Whether NULL may be stored."""
        return self.type.startswith(("Nullable(", "LowCardinality(Nullable("))

    @property
    def empty(self) -> object:
        """What a row holds where it has nothing to say."""
        if self.nullable:
            return None
        if self.type.startswith("Array("):
            return ()
        if self.type in ("String", "LowCardinality(String)"):
            return ""
        return self.type != "Bool" and 0


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table that a writer fills; rows are tuples in the order of `columns`."""

    name: str
    columns: tuple[Column, ...]

    @classmethod
    def of(cls, name: str, layout: str) -> Self:
        """Parse groups of `column column ...: type`, one a line or between semicolons."""
        columns = []
        for group in layout.replace("\n", ";").split(";"):
            names, _, kind = group.strip().partition(": ")
            columns += [Column(column, kind) for column in names.split()]
        return cls(name, tuple(columns))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def __repr__(self) -> str:
        return f"Table({self.name})"


INTERACTIONS: Final = Table.of(
    "interactions",
    """
    event_id: String; type action: LowCardinality(String); occurred_at received_at: DateTime64(3, 'UTC')
    sent_at: Nullable(DateTime64(3, 'UTC')); journey_id: String; customer_id: Nullable(String)
    touchpoint channel stage: LowCardinality(String); segment variant source: LowCardinality(Nullable(String))
    actor: LowCardinality(String); conversation_id url order_id: Nullable(String); amount: Nullable(Int64)
    currency: LowCardinality(Nullable(String)); properties: String; automated clamped very_late: Bool
    unknown_fields source_partition: UInt32; source_offset version: UInt64
    """,
)
ANSWERS: Final = Table.of(
    "answers",
    """
    event_id: String; kind: LowCardinality(String); occurred_at received_at: DateTime64(3, 'UTC')
    sent_at: Nullable(DateTime64(3, 'UTC')); journey_id: String; customer_id: Nullable(String)
    touchpoint channel stage: LowCardinality(String); segment variant source: LowCardinality(Nullable(String))
    actor metric: LowCardinality(String); score: Nullable(Int32); scale: Nullable(UInt8)
    polarity: LowCardinality(String); score10: Nullable(Float64); nps_class: LowCardinality(String)
    satisfied easy: Nullable(Bool); sentiment: Nullable(Float64)
    survey_id submission_id conversation_id comment: Nullable(String); reasons: Array(String)
    properties: String; automated clamped very_late: Bool; unknown_fields source_partition: UInt32
    source_offset version: UInt64; causes: Array(LowCardinality(String))
    emotion emotion_source: LowCardinality(String); emotion_confidence: Nullable(Float64)
    """,
)
SESSIONS: Final = Table.of(
    "sessions",
    """
    session_id: UInt64; journey_id: String; customer_id: Nullable(String)
    started_at ended_at closed_at: DateTime64(3, 'UTC'); close_reason: LowCardinality(String)
    events page_views: UInt32; steps: Array(LowCardinality(String)); step_at: Array(DateTime64(3, 'UTC'))
    step_dwell_ms: Array(Nullable(Int64)); channels stages: Array(LowCardinality(String))
    entry_touchpoint exit_touchpoint exit_channel: LowCardinality(String); bounced succeeded: Bool
    furthest_stage: LowCardinality(String); back_steps: UInt32; automated: Bool
    segment variant source: LowCardinality(Nullable(String)); version: UInt64; is_deleted: UInt8
    """,
)
WAITS: Final = Table.of(
    "waits",
    """
    wait_id: UInt64; conversation_id: String; conversation_kind: LowCardinality(String); journey_id: String
    customer_id: Nullable(String); touchpoint channel stage: LowCardinality(String); position cycle: UInt32
    asked_at: DateTime64(3, 'UTC'); handoff_at ended_at: Nullable(DateTime64(3, 'UTC'))
    outcome: LowCardinality(String); waited_ms handoff_waited_ms business_ms: Nullable(Int64)
    calendar: LowCardinality(Nullable(String)); target_ms: Nullable(Int64)
    due_at: Nullable(DateTime64(3, 'UTC')); breached skewed automated: Bool
    segment variant source: LowCardinality(Nullable(String)); version: UInt64; is_deleted: UInt8
    """,
)
CONVERSATIONS: Final = Table.of(
    "conversations",
    """
    conversation_id journey_id: String; customer_id: Nullable(String)
    kind touchpoint channel stage: LowCardinality(String); topic: LowCardinality(Nullable(String))
    opened_at: DateTime64(3, 'UTC'); opened_by_customer: Bool
    first_reply_at first_solved_at last_solved_at: Nullable(DateTime64(3, 'UTC'))
    reopened customer_messages human_replies bot_replies: UInt32; due_at: Nullable(DateTime64(3, 'UTC'))
    outcome: LowCardinality(String); ended_at: Nullable(DateTime64(3, 'UTC')); automated: Bool
    segment variant source: LowCardinality(Nullable(String)); version: UInt64
    """,
)
CASES: Final = Table.of(
    "cases",
    """
    case_id: UInt64; journey_id: String; answer_hash: UInt64; touchpoint channel stage: LowCardinality(String)
    heard_at: DateTime64(3, 'UTC'); score: UInt8; causes: Array(LowCardinality(String))
    state: LowCardinality(String); contacted_at rerated_at: Nullable(DateTime64(3, 'UTC'))
    rerated_score10: Nullable(Float64); recovered: Nullable(Bool); version: UInt64; is_deleted: UInt8
    """,
)
CAUSES_COVERED: Final = Table.of(
    "causes_covered",
    """
    cause: LowCardinality(String); covered_at: DateTime64(3, 'UTC'); note: String; version: UInt64; is_deleted: UInt8
    """,
)
SKIPPED: Final = Table.of(
    "skipped",
    """
    topic: LowCardinality(String); partition: UInt32; offset: UInt64; received_at: DateTime64(3, 'UTC')
    fate: LowCardinality(String); event_id journey_id: String; version: UInt64
    """,
)
DEAD_LETTERS: Final = Table.of(
    "dead_letters",
    """
    topic: LowCardinality(String); partition: UInt32; offset: UInt64; received_at: DateTime64(3, 'UTC')
    reason: LowCardinality(String); detail key value: String; version: UInt64
    """,
)
ROLLING_METRICS: Final = Table.of(
    "rolling_metrics",
    """
    scope_kind scope: LowCardinality(String); window_s: UInt32; window_end: DateTime64(3, 'UTC')
    events automated sessions exits bounces nps_answers promoters detractors: UInt64
    csat_answers satisfied ces_answers easy scored: UInt64; score_sum: Float64
    responses response_ms_sum: UInt64
    response_p50_ms response_p90_ms response_p95_ms response_p99_ms: Nullable(Float64)
    within_target targeted breaches abandoned: UInt64; open_waits: Nullable(UInt64); oldest_open_at: Nullable(DateTime64(3, 'UTC'))
    version: UInt64
    """,
)
ALERTS: Final = Table.of(
    "alerts",
    """
    alert_id: String; kind state: LowCardinality(String); what: String; who: Nullable(String)
    place: LowCardinality(String); since_at changed_at: DateTime64(3, 'UTC'); numbers: String; version: UInt64
    """,
)
LETTER_REPLAYS: Final = Table.of(
    "letter_replays",
    """
    topic: LowCardinality(String); partition: UInt32; offset attempts: UInt64; replayed_at: DateTime64(3, 'UTC')
    """,
)
TOUCHPOINT_CHANNELS: Final = Table.of(
    "touchpoint_channels",
    """
    touchpoint: String; channel: LowCardinality(String); version: UInt64
    """,
)
TOUCHPOINTS: Final = Table.of(
    "touchpoints",
    """
    touchpoint name: String; channel channel_name category stage: LowCardinality(String); stage_order: UInt8
    owner: Nullable(String); controllable moment_of_truth goal cart: Bool; target: LowCardinality(Nullable(String))
    target_ms: Nullable(Int64); version: UInt64; is_deleted: UInt8
    """,
)
FUNNELS: Final = Table.of(
    "funnels",
    """
    funnel: LowCardinality(String); position: UInt8; step: String; step_kind: LowCardinality(String)
    window_ms: Int64; version: UInt64; is_deleted: UInt8
    """,
)
CALENDAR_DAYS: Final = Table.of(
    "calendar_days",
    """
    calendar: LowCardinality(String); day: Date; starts_at ends_at: DateTime64(3, 'UTC')
    opens_at closes_at: Array(DateTime64(3, 'UTC')); open_before_ms: Int64; version: UInt64; is_deleted: UInt8
    """,
)
DEFINITIONS: Final = Table.of(
    "definitions",
    """
    definition name unit meaning formula: String; shown_by: Array(String); version: UInt64; is_deleted: UInt8
    """,
)
SETTINGS: Final = Table.of("settings", "setting: String; value: Float64; version: UInt64; is_deleted: UInt8")
RETENTION: Final = Table.of(
    "retention", "what: LowCardinality(String); days: UInt32; kept_from: DateTime64(3, 'UTC'); version: UInt64"
)

ALL: Final = (
    INTERACTIONS,
    ANSWERS,
    SESSIONS,
    WAITS,
    CONVERSATIONS,
    CASES,
    CAUSES_COVERED,
    SKIPPED,
    DEAD_LETTERS,
    ROLLING_METRICS,
    ALERTS,
    TOUCHPOINTS,
    FUNNELS,
    CALENDAR_DAYS,
    LETTER_REPLAYS,
    TOUCHPOINT_CHANNELS,
    SETTINGS,
    RETENTION,
    DEFINITIONS,
)
BY_NAME: Final[Mapping[str, Table]] = MappingProxyType({table.name: table for table in ALL})
