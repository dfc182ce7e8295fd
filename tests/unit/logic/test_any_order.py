"""Promise 1: what is published is a function of the set of events, checked against the naive reference."""

from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.logic.arrivals import Fate
from streams.logic.calendars import Calendar
from streams.logic.fold import Changes, Fold, Journey
from streams.logic.panes import PaneBook
from streams.logic.parts import Parts
from streams.logic.policy import Place, Policy, Scope, Target
from streams.logic.retention import next_due_ms
from streams.logic.sketch import Sketch
from tests import builders
from tests.builders import HOUR, MINUTE, PLACES, Tables
from touchstream.verify import reference

OFFICE = Calendar("office", "Europe/Bucharest", [[(480, 720), (780, 1080)]] * 5 + [[], []])
RULES = builders.policy(
    places=PLACES | {"chat": Place("chat", "service", target=Target(20 * MINUTE, business=True, calendar=OFFICE))},
    max_length_ms=HOUR,
    max_events=5,
    bot_reply_counts=False,
)
START = builders.ms("09:00")
TICKET_ACTIONS = ["opened", "customer_replied", "agent_replied", "noted", "assigned", "solved", "reopened", "closed"]

# Times on a coarse grid, so that equal times, gaps of exactly the limit and merges come often.
times = st.integers(0, 24).map(lambda step: START + step * 5 * MINUTE) | st.integers(START, START + 3 * HOUR)
flags = st.fixed_dictionaries(
    {},
    optional={
        "automated": st.sampled_from([False, False, False, True]),
        "segment": st.sampled_from(["new", "known"]),
        "customer_id": st.just("c1"),
        "journey_id": st.just("j2"),
        "touchpoint": st.sampled_from(["home", "product", "thanks", "desk", "chat", "nowhere"]),
    },
)
reasons = st.sampled_from(["slow_response", "price"])
talks = st.sampled_from(["talk-1", "talk-2"])
actors = st.sampled_from(["customer", "agent", "bot", "system"])
promises = st.none() | st.integers(0, 6).map(lambda step: START + step * 30 * MINUTE)


@st.composite
def interaction(draw: Any) -> Any:
    at, extra = draw(times), draw(flags)
    match draw(st.sampled_from(["page", "page", "click", "buy", "delivery", *["conversation"] * 5])):
        case "page":
            return builders.page_view(at, ends_session=draw(st.sampled_from([False, False, False, True])), **extra)
        case "click":
            return builders.link_click(at, **extra)
        case "buy":
            return builders.purchase(at, **extra)
        case "delivery":
            return builders.delivery(at, **extra)
    return draw(spoken(at, extra))


@st.composite
def spoken(draw: Any, at: int, extra: dict[str, Any]) -> Any:
    """An event of a conversation."""
    talk = draw(talks)
    match draw(st.sampled_from(["ticket", "ticket", "chat", "call", "offer"])):
        case "ticket":
            due = draw(promises)
            due_at = None if due is None else builders.moment(due)
            fields = {"actor": draw(actors), "due_at": due_at, "topic": draw(st.sampled_from([None, "bill"]))}
            return builders.ticket(draw(st.sampled_from(TICKET_ACTIONS)), at, conversation=talk, **fields, **extra)
        case "chat" if draw(st.booleans()):
            return builders.inbound(at, conversation=talk, actor=draw(actors), **extra)
        case "chat":
            return builders.outbound(at, draw(actors), conversation=talk, **extra)
        case "call":
            actions = st.sampled_from(["queued", "answered", "abandoned", "ended"])
            return builders.call(draw(actions), at, conversation=talk, **extra)
    return builders.proposal(
        draw(st.sampled_from(["requested", "sent"])), at, conversation=talk, actor=draw(actors), **extra
    )


@st.composite
def opinion(draw: Any) -> Any:
    at, extra = draw(times), dict(draw(flags))
    extra |= {"conversation_id": draw(st.none() | talks), "reasons": draw(st.lists(reasons, max_size=2))}
    submission = draw(st.sampled_from([None, "s1", "s2"]))
    polarity = draw(st.sampled_from(["positive", "reversed"]))
    match draw(st.sampled_from(["nps", "csat", "ces", "skipped", "mention", "review"])):
        case "nps":
            occasion = draw(st.sampled_from([None, "transactional", "relational"]))
            said = {"submission_id": submission, "polarity": polarity, "occasion": occasion}
            return builders.answer(draw(st.integers(0, 10)), at, **said, **extra)
        case "csat":
            return builders.answer(draw(st.integers(1, 5)), at, "csat", 5, submission_id=submission, **extra)
        case "ces":
            return builders.answer(draw(st.integers(1, 7)), at, "ces", 7, polarity=polarity, **extra)
        case "skipped":
            return builders.skipped(at, submission_id=submission, **extra)
        case "mention":
            return builders.mention(draw(st.sampled_from([-1.0, -0.3, 0.0, 0.7, 1.0])), at, **extra)
    return builders.review(draw(st.integers(1, 5)), at, **extra)


class Owner:
    """One partition pair: journeys as bytes between batches, as the real one keeps them."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.book = PaneBook(policy)
        self.states: dict[str, bytes] = {}
        self.watermark_ms = 0
        self.fates: list[Fate] = []  # of the last batch

    def batch(self, events: list[tuple[int, int, Any]], watermark_ms: int) -> Changes:
        """Fold (topic, offset, event) in order, with the watermark coming to a time afterwards."""
        changes, folds = Changes(), {}
        self.fates.clear()
        for _, offset, event in events:
            name = event.journey_id
            if name not in folds:
                folds[name] = self.fold(name)
            self.fates.append(builders.take(folds[name], event, offset, self.policy, self.book))
        self.watermark_ms = max(self.watermark_ms, watermark_ms)
        folds |= {name: self.fold(name) for name in self.states if name not in folds and self.is_due(name)}
        for name, fold in folds.items():
            fold.finish(self.watermark_ms, changes)
            self.states[name] = msgspec.msgpack.encode(fold.journey.to_wire())
        return changes

    def fold(self, name: str) -> Fold:
        return Fold(self.journey(name), self.policy, self.watermark_ms, self.book)

    def is_due(self, name: str) -> bool:
        """Whether the clock has something to do; where it says no, there is nothing indeed."""
        due_ms = next_due_ms(self.journey(name), self.policy)
        if due_ms is not None and due_ms <= self.watermark_ms:
            return True
        nothing = Changes()
        self.fold(name).finish(self.watermark_ms, nothing)
        assert nothing == Changes()
        return False

    def journey(self, name: str) -> Journey:
        state = self.states.get(name)
        return Journey.from_wire(name, msgspec.msgpack.decode(state)) if state else Journey(name)


@st.composite
def log(draw: Any) -> tuple[list[Any], list[Any], list[Any]]:
    """Distinct interactions and feedback, and a log of (topic, offset, event) in any order with some repeated."""
    said = draw(st.lists(opinion(), max_size=6))
    said = numbered(said + draw(edits(said)))
    done = numbered(draw(st.lists(interaction(), min_size=1, max_size=14)))
    arrivals = draw(st.permutations(done + draw(st.lists(st.sampled_from(done), max_size=4))))
    answers = draw(st.permutations(said + (draw(st.lists(st.sampled_from(said), max_size=2)) if said else [])))
    merged = [(0, offset, event) for offset, event in enumerate(arrivals)]
    merged += [(1, offset, event) for offset, event in enumerate(answers)]
    return done, said, draw(interleavings(merged))


@st.composite
def edits(draw: Any, said: list[Any]) -> list[Any]:
    """Other scores at other times for answers that were given; an edit names the submission or, without one, the event."""
    names = {
        number: each.submission_id or f"e{number}" for number, each in enumerate(said) if each.type == "survey_answer"
    }
    if not names:
        return []
    return [
        said[number].model_copy(
            update={
                "submission_id": names[number],
                "score": draw(st.integers(1, said[number].scale)),
                "occurred_at": builders.moment(draw(times)),
            }
        )
        for number in draw(st.lists(st.sampled_from(sorted(names)), max_size=3))
    ]


def numbered(events: list[Any]) -> list[Any]:
    """Events with ids that depend on nothing else; the same ids on both topics."""
    return [event.model_copy(update={"event_id": f"e{number}"}) for number, event in enumerate(events)]


@st.composite
def interleavings(draw: Any, merged: list[Any]) -> list[Any]:
    """Any interleaving of the two topics; each keeps its own order."""
    first = [each for each in merged if each[0] == 0]
    second = [each for each in merged if each[0] == 1]
    turns = draw(st.permutations([0] * len(first) + [1] * len(second)))
    sources = (iter(first), iter(second))
    return [next(sources[turn]) for turn in turns]


@st.composite
def batches(draw: Any, events: list[Any]) -> list[tuple[list[Any], int]]:
    """Split into batches, each with how far the watermark comes after it."""
    cuts = sorted(draw(st.lists(st.integers(0, len(events)), max_size=5)))
    edges = [0, *cuts, len(events)]
    marks = sorted(draw(st.lists(times, min_size=len(edges) - 1, max_size=len(edges) - 1)))
    return [(events[a:b], mark) for a, b, mark in zip(edges, edges[1:], marks, strict=False)]


quick = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@given(st.data())
@quick
def test_any_order_duplicates_and_batches_give_the_facts_of_the_reference(data: st.DataObject) -> None:
    done, said, arrivals = data.draw(log())
    owner, tables = run(data.draw(batches(arrivals)))
    facts = reference.conclude(done, said, RULES)
    assert_same(tables, owner.book, facts)
    assert {name for name, alert in tables.alerts.items() if alert.state == "opened"} == facts.open_alerts


@given(st.data())
@quick
def test_a_crash_and_a_replay_in_other_batches_leave_the_same_facts(data: st.DataObject) -> None:
    done, said, arrivals = data.draw(log())
    owner, tables = Owner(RULES), Tables()
    kept: dict[str, bytes] = {}
    survived = data.draw(st.integers(0, len(arrivals)))
    for events, watermark_ms in data.draw(batches(arrivals[:survived])):
        tables.apply(owner.batch(events, watermark_ms))
        for name, state in owner.states.items():
            if data.draw(st.booleans()):
                kept[name] = state  # reached the changelog before the crash
    owner = Owner(RULES)
    owner.states = kept
    for name in kept:
        journey = owner.journey(name)
        owner.book.restore(journey)
    for events, watermark_ms in data.draw(batches(data.draw(interleavings(arrivals)))):
        tables.apply(owner.batch(events, watermark_ms))
    tables.apply(owner.batch([], builders.END_OF_TIME))
    assert_same(tables, owner.book, reference.conclude(done, said, RULES))


@given(st.data())
@quick
def test_state_is_the_same_for_every_order_of_arrival(data: st.DataObject) -> None:
    _, _, arrivals = data.draw(log())
    other = data.draw(st.permutations(arrivals))
    renumbered = [(topic, offset, event) for offset, (topic, _, event) in enumerate(other)]
    one, _ = run(data.draw(batches(arrivals)))
    two, _ = run(data.draw(batches(renumbered)))
    assert {name: without_fences(state) for name, state in one.states.items()} == {
        name: without_fences(state) for name, state in two.states.items()
    }


@given(st.data())
@quick
def test_recomputed_contributions_are_the_incremental_ones(data: st.DataObject) -> None:
    _, _, arrivals = data.draw(log())
    owner = Owner(RULES)
    for events, watermark_ms in data.draw(batches(arrivals)):
        owner.batch(events, watermark_ms)
    fresh = PaneBook(RULES)
    for name in owner.states:
        journey = owner.journey(name)
        fresh.restore(journey)
    assert panes_of(owner.book) == panes_of(fresh)
    assert owner.book.waiting.waits == fresh.waiting.waits


def run(plan: list[tuple[list[Any], int]]) -> tuple[Owner, Tables]:
    owner, tables = Owner(RULES), Tables()
    for events, watermark_ms in plan:
        tables.apply(owner.batch(events, watermark_ms))
    tables.apply(owner.batch([], builders.END_OF_TIME))
    return owner, tables


def assert_same(tables: Tables, book: PaneBook, facts: reference.Facts) -> None:
    assert tables.sessions == facts.sessions
    assert tables.waits == facts.waits
    assert tables.conversations == facts.conversations
    assert tables.cases == facts.cases
    assert panes_of(book) == expected_panes(facts)
    assert set(book.waiting.waits) == {
        name for name, wait in facts.waits.items() if wait.outcome == "open" and not wait.automated
    }


def panes_of(book: PaneBook) -> dict[tuple[Scope, int], Parts]:
    panes = book.publish(epoch=1, sequence=1)
    kept = {
        (Scope(pane.scope_kind, pane.scope), pane.minute): Parts.from_wire(pane.parts)
        for pane in panes
        if pane.minute >= 0
    }
    return {place: parts for place, parts in kept.items() if parts}


def expected_panes(facts: reference.Facts) -> dict[tuple[Scope, int], Parts]:
    panes: dict[tuple[Scope, int], Parts] = {}
    for (kind, name, minute, what), number in facts.counts.items():
        panes.setdefault((Scope(kind, name), minute), Parts()).count(what, number)
    for (kind, name, minute), waits in facts.response_times.items():
        sketch = Sketch()
        for waited in waits:
            sketch.add(waited)
        panes[Scope(kind, name), minute].response_times = sketch
    return panes


def without_fences(state: bytes) -> Any:
    version, _, _, *rest = msgspec.msgpack.decode(state)
    return [version, *rest]
