"""Rows of outcomes as objects; the streams conclude their values only."""

from dataclasses import fields
from operator import attrgetter
from typing import Any

from schemas.outcomes import Conversation, Session, Wait
from sinks.arrow import Row
from sinks.outcome_rows import alive_rows, versioned_rows


def values_of(outcome: Any) -> Row:
    """Values of an outcome, in the order of its fields."""
    values: Row = attrgetter(*(field.name for field in fields(outcome)))(outcome)
    return values


def session_row(session: Session, version: int) -> Row:
    [row] = alive_rows([values_of(session)], version)
    return row


def wait_row(wait: Wait, version: int) -> Row:
    [row] = alive_rows([values_of(wait)], version)
    return row


def conversation_row(conversation: Conversation, version: int) -> Row:
    [row] = versioned_rows([values_of(conversation)], version)
    return row
