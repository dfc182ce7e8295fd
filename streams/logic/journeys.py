"""A journey: everything one journey_id does and says, as state that survives a crash, and how a batch changes it."""

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from schemas.alerts import Alert
from schemas.outcomes import Conversation, RescueCase, Session, Wait
from streams.logic import answers, contributions, recut, retention
from streams.logic.arrivals import Arrivals, Fate
from streams.logic.dialogues import Dialogue
from streams.logic.experiences import Mark
from streams.logic.moments import Conversational, moment_of
from streams.logic.outlook import Outlook, outlook, tell
from streams.logic.panes import PaneBook
from streams.logic.policy import Policy
from streams.logic.sessions import Run, Step
from streams.logic.talks import Talk
from streams.logic.visiting import Visits
from streams.logic.watermark import NEVER
from streams.logic.wire import WIRE_VERSION, upcast

INTERACTIONS: Final = 0  # positions of the two topics among the fences
FEEDBACK: Final = 1
CONVERSATIONAL: Final = frozenset({"call", "ticket", "message", "proposal"})

Gone = tuple[int, str, int]  # id, journey_id, and the time that is part of the row's place


@dataclass(slots=True)
class Changes:
    """What a batch concluded, ready to become rows."""

    session_values: list[tuple[Any, ...]] = field(default_factory=list)  # in the order of the outcome's fields
    gone_sessions: list[Gone] = field(default_factory=list)
    wait_values: list[tuple[Any, ...]] = field(default_factory=list)
    gone_waits: list[Gone] = field(default_factory=list)
    conversation_values: list[tuple[Any, ...]] = field(default_factory=list)
    cases: list[RescueCase] = field(default_factory=list)
    gone_cases: list[tuple[int, str]] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    expired_through_ms: int = NEVER  # newest event time that state no longer remembers

    @property
    def sessions(self) -> list[Session]:
        """Sessions that closed; rows are made without them, which takes half the time."""
        return [Session(*values) for values in self.session_values]

    @property
    def waits(self) -> list[Wait]:
        """Waits that are new or changed."""
        return [Wait(*values) for values in self.wait_values]

    @property
    def conversations(self) -> list[Conversation]:
        """Conversations that are new or changed."""
        return [Conversation(*values) for values in self.conversation_values]


class Journey:
    """State of one journey: a function of the set of its events, but for the fences."""

    __slots__ = (
        "_seen",
        "answers",
        "dialogues",
        "due_ms",
        "fences",
        "floor_ms",
        "journey_id",
        "kept",
        "notices",
        "outlook",
        "runs",
    )

    def __init__(self, journey_id: str) -> None:
        self.journey_id = journey_id
        self.fences = [-1, -1]  # last offset applied, by topic
        self.floor_ms = NEVER  # what is not younger than this has left
        self.runs: list[Run] = []
        self.notices: list[Any] = []  # non-interactive events: (at_ms, id64, touchpoint, channel, automated)
        self.dialogues: dict[str, Dialogue] = {}
        self.answers: list[Any] = []
        self.kept: list[Mark] = []  # of answers and conversations that are no longer remembered
        self.due_ms: int | None = None  # when to look at it, as its bytes say; None without any
        self.outlook: Outlook | None = None  # as it was told last
        self._seen: set[int] | None = None

    @classmethod
    def new(cls, journey_id: str) -> "Journey":
        """Journey without events."""
        return cls(journey_id)

    @property
    def seen(self) -> set[int]:
        """Ids of the interactions that are remembered. Who takes one in adds it; it lasts as long as nothing is forgotten."""
        if self._seen is None:
            self._seen = retention.interaction_ids(self)
        return self._seen

    def forgot(self) -> None:
        """Note that something has left: what was derived of everything that is remembered no longer holds."""
        self._seen = self.outlook = None

    @property
    def empty(self) -> bool:
        """Whether nothing is left to remember."""
        return not (self.runs or self.notices or self.dialogues or self.answers or self.kept)

    def to_wire(self) -> tuple[Any, ...]:
        """State as msgpack takes it. It shares its lists with the journey: encode it before the journey changes."""
        return (
            WIRE_VERSION,
            self.fences[INTERACTIONS],
            self.fences[FEEDBACK],
            None if self.floor_ms == NEVER else self.floor_ms,
            [(run.closed_ms, run.packed()) for run in self.runs],
            self.notices,
            {name: dialogue.to_wire() for name, dialogue in self.dialogues.items()} if self.dialogues else {},
            self.answers,
            self.kept,
        )

    @classmethod
    def from_wire(cls, journey_id: str, wire: Any) -> "Journey":
        """Journey that `to_wire` described, in this version or an older one. It takes the wire's lists over."""
        if wire[0] != WIRE_VERSION:
            wire = upcast(journey_id, wire)
        _, of_interactions, of_feedback, floor_ms, runs, notices, talks, said, kept = wire
        journey = cls(journey_id)
        journey.fences = [of_interactions, of_feedback]
        journey.floor_ms = NEVER if floor_ms is None else floor_ms
        journey.runs = [Run(closed_ms, _tuples(steps)) for closed_ms, steps in runs]
        journey.notices = notices
        journey.dialogues = {name: Dialogue(*talk) for name, talk in talks.items()} if talks else {}
        journey.answers = said
        journey.kept = [Mark._make(mark) for mark in kept] if kept else []
        return journey

    def next_due_ms(self, policy: Policy) -> int | None:
        """Earliest watermark at which `Fold.finish` does something without a new event, None when it never does.

        One that has passed already waits for the journey to have been left alone for `state_linger`.
        """
        return retention.next_due_ms(self, policy)


def _tuples(steps: list[Any]) -> list[Step]:
    """Return steps as the rules read them, also those of a decoder that knows no tuples."""
    return steps if type(steps[0]) is tuple else [tuple(step) for step in steps]


class Fold:
    """One journey in one batch."""

    __slots__ = ("_before", "_book", "_floor_ms", "_policy", "_talks", "_visits", "journey")

    def __init__(
        self, journey: Journey, policy: Policy, watermark_ms: int, book: PaneBook, *, expired_through_ms: int = NEVER
    ) -> None:
        self.journey = journey
        self._policy = policy
        self._book = book
        self._floor_ms = max(journey.floor_ms, expired_through_ms)
        self._visits = Visits(journey.runs, policy, book)
        self._talks: dict[str, Talk] = {}
        self._before: Outlook | None = None  # on the relation, before the first change that may matter to it
        book.advance(watermark_ms)

    def interactions(self, arrivals: Arrivals, steps: Sequence[Step], places: Iterable[int]) -> None:
        """Take in what a customer or the company did: the events at these places. A fate that is not STORED is noted."""
        journey, floor_ms, visits = self.journey, self._floor_ms, self._visits
        said, offsets, ids, at_ms = arrivals.said, arrivals.offsets, arrivals.ids, arrivals.at_ms
        kinds, interactive = said["type"], said["interactive"]
        fence, seen = journey.fences[INTERACTIONS], journey.seen
        for place in places:
            offset, id64 = offsets[place], ids[place]
            if offset <= fence:
                arrivals.fates[place] = Fate.REPLAYED
                continue
            fence = offset
            if id64 in seen:
                arrivals.fates[place] = Fate.DUPLICATE
            elif at_ms[place] <= floor_ms:
                arrivals.fates[place] = Fate.VERY_LATE
            else:
                seen.add(id64)
                if not interactive[place]:
                    self._notice(arrivals, place)
                    continue
                visits.add(steps[place])
                if kinds[place] in CONVERSATIONAL:
                    self._moment(arrivals.events[place], at_ms[place], id64, arrivals.channels[place])
        journey.fences[INTERACTIONS] = fence

    def feedback(self, arrivals: Arrivals, places: Iterable[int]) -> None:
        """Take in what a customer said: the events at these places. A fate that is not STORED is noted."""
        journey = self.journey
        known = {each[1] for each in journey.answers}
        for place in places:
            offset, id64 = arrivals.offsets[place], arrivals.ids[place]
            if offset <= journey.fences[FEEDBACK]:
                arrivals.fates[place] = Fate.REPLAYED
                continue
            journey.fences[FEEDBACK] = offset
            if id64 in known:
                arrivals.fates[place] = Fate.DUPLICATE
            elif arrivals.at_ms[place] <= self._floor_ms:
                arrivals.fates[place] = Fate.VERY_LATE
            else:
                known.add(id64)
                self._answer(arrivals, place)

    def recut(self, moved: recut.Moved) -> None:
        """Bring everything that is remembered to today's rules; `finish` tells it anew."""
        journey, policy, book = self.journey, self._policy, self._book
        self._stir()
        recut.take_back(journey, policy, book)
        recut.move(journey, moved, policy)
        self._visits.cut_anew()
        for name, dialogue in journey.dialogues.items():
            talk = self._talks[name] = Talk(name, dialogue, policy, book)
            talk.tell_anew()
        recut.count(journey, policy, book)

    def finish(self, watermark_ms: int, changes: Changes, *, now_ms: int = 0, touched_ms: int = 0) -> None:
        """Close what has ended, declare what is missed, and let go what is old and was left alone since `touched_ms`.

        A fold without events serves the tick of the clock. `now_ms` and `touched_ms` are wall clock.
        """
        self._book.advance(watermark_ms)
        journey = self.journey
        self._visits.conclude(journey.journey_id, watermark_ms, changes)
        for name, dialogue in journey.dialogues.items():
            talk = self._talks.get(name)
            if talk is not None:
                talk.conclude(journey.journey_id, watermark_ms, changes)
            elif dialogue.is_due_at(watermark_ms):
                self._stir()
                Talk(name, dialogue, self._policy, self._book).conclude(journey.journey_id, watermark_ms, changes)
        if self._before is not None:
            journey.outlook = outlook(journey, self._policy)
            tell(journey.journey_id, self._before, journey.outlook, changes)
        retention.shorten(journey, self._policy, self._talks)
        if now_ms - touched_ms >= self._policy.state_linger_ms:
            expired = retention.expire(journey, self._policy, watermark_ms, self._book, changes)
            changes.expired_through_ms = max(changes.expired_through_ms, expired)

    def _stir(self) -> None:
        if self._before is None:
            self._before = self.journey.outlook or outlook(self.journey, self._policy)

    def _notice(self, arrivals: Arrivals, place: int) -> None:
        event = arrivals.events[place]
        channel = arrivals.channels[place]
        notice = (arrivals.at_ms[place], arrivals.ids[place], event.touchpoint, channel, event.automated)
        insort(self.journey.notices, notice, key=lambda each: (each[0], each[1]))

    def _answer(self, arrivals: Arrivals, place: int) -> None:
        self._stir()
        at_ms, id64, channel = arrivals.at_ms[place], arrivals.ids[place], arrivals.channels[place]
        answer = answers.answer_of(
            arrivals.events[place], at_ms=at_ms, id64=id64, channel=channel, rules=self._policy.causes
        )
        before, after = answers.insert(self.journey.answers, answer)
        if before is not after:
            replaced = contributions.of_answer(before, self._policy) if before else ()
            self._book.replace(replaced, contributions.of_answer(after, self._policy))

    def _moment(self, event: Conversational, at_ms: int, id64: int, channel: str) -> None:
        name, policy, known = event.conversation_id, self._policy, self.journey.dialogues
        self._stir()
        dialogue = known.get(name)
        if dialogue is None:
            dialogue = known[name] = Dialogue()
        talk = self._talks.get(name)
        if talk is None:
            talk = self._talks[name] = Talk(name, dialogue, policy, self._book)
        talk.add(moment_of(event, at_ms=at_ms, id64=id64, channel=channel))
