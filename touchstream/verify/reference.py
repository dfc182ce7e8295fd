"""What streams must conclude, computed the slow and obvious way: sort everything, look at everything, keep no state.

It shares no rule with `streams/logic`, only calendars and the outcomes. A policy is read as plain data.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from streams.logic.policy import Policy
from touchstream.verify.naive_answers import conclude_answers
from touchstream.verify.naive_facts import CONVERSATIONS, Facts, at, count, order
from touchstream.verify.naive_relations import conclude_relations
from touchstream.verify.naive_sessions import conclude_sessions
from touchstream.verify.naive_talks import conclude_conversation
from touchstream.verify.naive_words import is_step


def conclude(interactions: Iterable[Any], feedback: Iterable[Any], policy: Policy) -> Facts:
    """Facts of a set of events, each given once."""
    facts, journeys = Facts(), defaultdict(list)
    interactions, feedback = list(interactions), list(feedback)
    for event in interactions:
        journeys[event.journey_id].append(event)
        count(facts, policy, [event], at(event), {"automated" if event.automated else "events": 1})
    for journey_id, events in journeys.items():
        events.sort(key=order)
        conclude_sessions(facts, journey_id, [event for event in events if is_step(event)], policy)
        talks = defaultdict(list)
        for event in events:
            if event.type in CONVERSATIONS:
                talks[event.conversation_id].append(event)
        for name, talk in talks.items():
            conclude_conversation(facts, journey_id, name, talk, policy)
    conclude_answers(facts, feedback, policy)
    conclude_relations(facts, interactions, feedback, policy)
    facts.counts = Counter({place: number for place, number in facts.counts.items() if number})
    return facts
