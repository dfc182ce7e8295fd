"""Events and outcomes to make rows from; say only what a test is about."""

from datetime import UTC, datetime
from typing import Any

from schemas import fast
from schemas.event_columns import EventColumns
from schemas.feedback import Metric, SurveyAnswer
from schemas.interactions import Interaction, PageView
from schemas.outcomes import CloseReason, Conversation, Rolling, Session, Wait, WaitOutcome
from sinks.arrow import Row
from sinks.rows import interaction_columns

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NOON_MS = 1_772_452_800_000
PLACED: dict[str, Any] = {
    "at_ms": NOON_MS,
    "received_ms": NOON_MS + 40,
    "channel": "web",
    "stage": "decision",
    "clamped": False,
    "very_late": False,
    "unknown_fields": 0,
    "partition": 3,
    "offset": 17,
    "version": (5 << 40) + 1,
}
ENVELOPE: dict[str, Any] = {"event_id": "e1", "occurred_at": NOON, "journey_id": "j1", "touchpoint": "web_cart"}


def page_view(**fields: Any) -> PageView:
    return PageView(**{**ENVELOPE, "url": "https://shop.example/cart", **fields})


def answer(**fields: Any) -> SurveyAnswer:
    return SurveyAnswer(**{**ENVELOPE, "metric": Metric.NPS, "score": 9, "scale": 10, **fields})


def interaction_row(
    event: Interaction, *, channel: str, stage: str, partition: int, offset: int, version: int, **said: Any
) -> Row:
    """One row of `interactions`; what else is `said` of the event is named as in `interaction_columns`."""
    return interaction_columns(
        EventColumns([fast.told(event)]),
        channels=[channel],
        stages=[stage],
        partition=partition,
        offsets=[offset],
        version=version,
        **{name: [value] for name, value in said.items()},
    )[0]


def interaction(offset: int, **fields: Any) -> Row:
    return interaction_row(page_view(event_id=f"e{offset}", **fields), **{**PLACED, "offset": offset})


def session(**fields: Any) -> Session:
    values: dict[str, Any] = {
        "session_id": 2**64 - 1,
        "journey_id": "j1",
        "customer_id": None,
        "started_ms": NOON_MS,
        "ended_ms": NOON_MS + 5000,
        "closed_ms": NOON_MS + 1_805_000,
        "close_reason": CloseReason.GAP,
        "events": 2,
        "page_views": 2,
        "steps": ("web_home", "web_cart"),
        "step_ms": (NOON_MS, NOON_MS + 5000),
        "step_dwell_ms": (5000, None),
        "channels": ("web", "web"),
        "stages": ("awareness", ""),
        "entry_touchpoint": "web_home",
        "exit_touchpoint": "web_cart",
        "exit_channel": "web",
        "bounced": False,
        "succeeded": True,
        "furthest_stage": "awareness",
        "back_steps": 0,
        "automated": False,
        "segment": None,
        "variant": "b",
        "source": None,
    }
    return Session(**{**values, **fields})


def wait(**fields: Any) -> Wait:
    values: dict[str, Any] = {
        "wait_id": 2**63,
        "conversation_id": "c1",
        "conversation_kind": "ticket",
        "journey_id": "j1",
        "customer_id": "anna",
        "touchpoint": "ticket_form",
        "channel": "tickets",
        "stage": "service",
        "position": 1,
        "cycle": 0,
        "asked_ms": NOON_MS,
        "handoff_ms": NOON_MS,
        "ended_ms": NOON_MS + 60_000,
        "outcome": WaitOutcome.ANSWERED,
        "waited_ms": 60_000,
        "handoff_waited_ms": 60_000,
        "business_ms": 60_000,
        "calendar": "office",
        "target_ms": 3_600_000,
        "due_ms": NOON_MS + 3_600_000,
        "breached": False,
        "skewed": False,
        "automated": False,
        "segment": None,
        "variant": None,
        "source": None,
    }
    return Wait(**{**values, **fields})


def conversation(**fields: Any) -> Conversation:
    values: dict[str, Any] = dict.fromkeys(Conversation.__slots__)
    values |= dict.fromkeys(("reopened", "customer_messages", "human_replies", "bot_replies"), 1)
    values |= {"conversation_id": "c1", "journey_id": "j1", "kind": "ticket", "touchpoint": "ticket_form"}
    values |= {"channel": "tickets", "stage": "service", "opened_ms": NOON_MS, "opened_by_customer": True}
    return Conversation(**{**values, "outcome": "open", "automated": False, **fields})


def rolling(**fields: Any) -> Rolling:
    values: dict[str, Any] = dict.fromkeys(Rolling.__slots__, 0)
    values |= {"scope_kind": "channel", "scope": "web", "window_s": 300, "window_end_ms": NOON_MS}
    values |= {"response_p50_ms": 1.5, "response_p90_ms": None, "oldest_open_ms": None, "score_sum": 9.5}
    return Rolling(**{**values, **fields})
