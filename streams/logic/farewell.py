"""What is still to be told of a journey that is erased: its alerts are over, and nobody is named."""

from collections.abc import Iterator

from schemas.alerts import Alert
from streams.logic import alarms
from streams.logic.dialogues import read
from streams.logic.journey import Journey
from streams.logic.outlook import NOTHING, alerts_of, outlook
from streams.logic.policy import Policy


def farewell(journey: Journey, policy: Policy) -> list[Alert]:
    """Withdraw every alert that stands open, for whoever was called."""
    alerts = [*_of_waits(journey, policy), *alerts_of(journey.journey_id, outlook(journey, policy), NOTHING)]
    for alert in alerts:
        alert.who = None
        alert.what = f"{alert.what.partition(':')[0]}: the customer was erased"
    return alerts


def _of_waits(journey: Journey, policy: Policy) -> Iterator[Alert]:
    for name, dialogue in journey.dialogues.items():
        waits = read(dialogue, policy)[1]
        told = dialogue.told(waits[-1] if waits else None, policy)
        yield from alarms.changed(journey.journey_id, name, told, None, (), policy)
