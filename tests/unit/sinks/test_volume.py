"""Demand in SQL against the rules of conversations."""

from itertools import product
from typing import Any, get_args

from clickhouse_connect.driver.client import Client

from schemas.envelope import Actor
from schemas.interactions import CallAction, Direction, ProposalAction, TicketAction
from sinks.arrow import encode
from sinks.tables import INTERACTIONS
from streams.logic.moments import LAST_QUESTION, Conversational, role_of
from tests.unit.sinks.view_cases import row

STEPS = {"call": CallAction, "ticket": TicketAction, "message": Direction, "proposal": ProposalAction}


def test_demand_is_what_the_rules_take_for_a_question(empty: Client) -> None:
    kinds: dict[str, Any] = {each.model_fields["type"].default: each for each in get_args(Conversational)}
    assert set(kinds) == set(STEPS)
    steps = [(kind, step, actor) for kind in STEPS for step, actor in product(STEPS[kind], Actor)]
    rows = [
        row(
            INTERACTIONS,
            {
                "type": kind,
                "action": step,
                "actor": actor,
                "touchpoint": f"{kind} {step} {actor}",
                "source_offset": place,
            },
        )
        for place, (kind, step, actor) in enumerate(steps)
    ]
    empty.insert_arrow("interactions", encode(INTERACTIONS, rows))
    asked = empty.query("SELECT touchpoint FROM v_volume WHERE by_customers > 0").result_rows
    questions = [
        (f"{kind} {step} {actor}",)
        for kind, step, actor in steps
        if role_of(kinds[kind].model_construct(action=step, direction=step, actor=actor)) <= LAST_QUESTION
    ]
    assert sorted(asked) == sorted(questions)
