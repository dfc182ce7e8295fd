"""Waits: how long a customer was left without an answer, read off the moments of one conversation in order."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

from schemas.outcomes import WaitOutcome
from streams.logic.moments import LAST_QUESTION, Moment, Role
from streams.logic.policy import Policy


class Span:
    """One wait: from a question to what ended it. A class of its own: compiled rules make it in a seventh of the time of a named tuple."""

    __slots__ = ("asked", "cycle", "ended_ms", "handoff_ms", "outcome", "position", "promised_ms", "skewed")

    def __init__(
        self,
        asked: Moment,
        position: int,
        cycle: int,
        handoff_ms: int,
        ended_ms: int | None,
        outcome: WaitOutcome,
        skewed: bool,
        promised_ms: int | None,
    ) -> None:
        self.asked = asked
        self.position = position
        self.cycle = cycle
        self.handoff_ms = handoff_ms
        self.ended_ms = ended_ms
        self.outcome = outcome
        self.skewed = skewed
        self.promised_ms = promised_ms  # when the conversation's own promise runs out

    def is_as(self, other: "Span") -> bool:
        """Whether another wait says the same."""
        return (
            self.ended_ms == other.ended_ms
            and self.outcome is other.outcome
            and self.asked == other.asked
            and (self.position, self.cycle, self.handoff_ms) == (other.position, other.cycle, other.handoff_ms)
            and (self.skewed, self.promised_ms) == (other.skewed, other.promised_ms)
        )


class Thread:
    """A conversation up to some moment. `follow` takes it to the next one."""

    # What is known before the first moment: made for every conversation of a batch, and a dataclass would take ten times as long.
    opening: Moment | None = None  # the first question or counted reply, and as long as there is none the first moment
    waiting: Moment | None = None  # the question nobody has answered
    handoff_ms: int = 0
    bot_spoke: bool = False  # in this wait, and nobody was assigned since
    next_position: int = 1
    cycle: int = 0
    opened_by_customer: bool = False
    promised_ms: int | None = None
    topic: str | None = None
    customer_id: str | None = None
    segment: str | None = None
    variant: str | None = None
    source: str | None = None
    first_reply_ms: int | None = None
    first_solved_ms: int | None = None
    last_solved_ms: int | None = None
    ended_ms: int | None = None
    abandoned: bool = False
    customer_messages: int = 0
    human_replies: int = 0
    bot_replies: int = 0
    dropped: int = 0  # moments that are no longer remembered one by one
    dropped_through_ms: int | None = None
    promise_used: bool = False  # a wait has ended since it was made: it is for one answer

    def follow(self, moment: Moment, policy: Policy) -> Span | None:
        """Take one moment in, and return the wait it ended."""
        self._note(moment)
        is_question = moment.role <= LAST_QUESTION
        if is_question:
            self._promise(moment)
        step = STEPS.get(moment.role)
        span = step(self, moment, policy) if step else None
        if not is_question:
            self._promise(moment)  # what comes with an answer is for the next
        return span

    def open_span(self) -> Span | None:
        """Wait that nobody has ended yet."""
        return self._end(None, WaitOutcome.OPEN)

    def to_wire(self) -> tuple[Any, ...]:
        """Everything it knows, as builtins."""
        return FIELDS_OF(self)

    @classmethod
    def from_wire(cls, wire: Sequence[Any]) -> "Thread":
        """Thread that `to_wire` described."""
        thread = cls()
        # Before they are set: compiled attributes have types.
        moments = [each and Moment._make(each) for each in wire[:2]]
        for field, value in zip(FIELDS, (*moments, *wire[2:]), strict=True):
            setattr(thread, field, value)
        return thread

    def _note(self, moment: Moment) -> None:
        if self.opening is None:
            self.opening = moment
        self.topic = self.topic if moment.topic is None else moment.topic
        self.customer_id = moment.customer_id if self.customer_id is None else self.customer_id
        self.segment = moment.segment if self.segment is None else self.segment
        self.variant = moment.variant if self.variant is None else self.variant
        self.source = moment.source if self.source is None else self.source

    def _promise(self, moment: Moment) -> None:
        """Take a promise; to say it again is no other."""
        if moment.due_ms is not None and moment.due_ms != self.promised_ms:
            self.promised_ms, self.promise_used = moment.due_ms, False

    def _ask(self, moment: Moment, policy: Policy) -> Span | None:
        self.customer_messages += 1
        waiting = self.waiting
        if waiting is not None:
            if moment.automated or not waiting.automated:
                return None
            # A human who writes behind a machine waits from the own first message, and opens what the machine had opened.
            self.opening = moment if self.opening == waiting else self.opening
        elif self.customer_messages > 1 and self.handoff_ms == moment.at_ms and not self.bot_spoke:
            # Asked with a question of this millisecond that a reply stamped before it has answered: they are one wait.
            return None
        self.waiting, self.handoff_ms, self.bot_spoke = moment, moment.at_ms, False
        return self._ask_first(moment, policy) if self.customer_messages == 1 else None

    def _ask_first(self, moment: Moment, policy: Policy) -> Span | None:
        self.opened_by_customer, self.next_position = True, 1
        opening = self.opening
        if not (self.human_replies or (policy.bot_reply_counts and self.bot_replies)):
            self._begin_with(moment)
        elif (
            opening is not None
            and _is_contact(opening, policy)
            and moment.role == Role.OPENING
            and moment.at_ms - opening.at_ms <= policy.max_clock_skew_ms
        ):
            # The clocks disagree: what looks like a conversation that the company began is a question and its reply.
            self.first_reply_ms = opening.at_ms
            return self._end(moment.at_ms, WaitOutcome.ANSWERED, skewed=True)
        else:
            self.opened_by_customer, self.next_position = False, 2
        return None

    def _begin_with(self, moment: Moment) -> None:
        """Take the first that is heard for the opening: a note, an assignment or a bot before it opened nothing."""
        if self.first_solved_ms is None:  # else it is older than what is remembered of it
            self.opening = moment

    def _reply(self, moment: Moment, policy: Policy) -> Span | None:
        self.human_replies += 1
        return self._answer(moment, policy)

    def _bot_reply(self, moment: Moment, policy: Policy) -> Span | None:
        self.bot_replies += 1
        if policy.bot_reply_counts:
            return self._answer(moment, policy)
        self.handoff_ms, self.bot_spoke = moment.at_ms, True
        return None

    def _answer(self, moment: Moment, policy: Policy) -> Span | None:
        if not self.customer_messages and self.opening is not None and not _is_contact(self.opening, policy):
            self._begin_with(moment)
        # A call rang before it was answered, also when nobody saw it ring.
        if self.first_reply_ms is None and (self.customer_messages or moment.kind == "call"):
            self.first_reply_ms = moment.at_ms
        return self._end(moment.at_ms, WaitOutcome.ANSWERED)

    def _assign(self, moment: Moment, policy: Policy) -> None:
        if self.bot_spoke:
            self.handoff_ms, self.bot_spoke = moment.at_ms, False

    def _reopen(self, moment: Moment, policy: Policy) -> None:
        self.cycle += 1
        self.last_solved_ms = self.ended_ms = None

    def _reopen_and_ask(self, moment: Moment, policy: Policy) -> Span | None:
        self._reopen(moment, policy)
        return self._ask(moment, policy)

    def _solve(self, moment: Moment, policy: Policy) -> Span | None:
        self.first_solved_ms = moment.at_ms if self.first_solved_ms is None else self.first_solved_ms
        self.last_solved_ms = moment.at_ms
        return self._close(moment, policy)

    def _close(self, moment: Moment, policy: Policy) -> Span | None:
        self.ended_ms = moment.at_ms
        return self._end(moment.at_ms, WaitOutcome.CLOSED)

    def _abandon(self, moment: Moment, policy: Policy) -> Span | None:
        self.ended_ms, self.abandoned = moment.at_ms, True
        return self._end(moment.at_ms, WaitOutcome.ABANDONED)

    def _end(self, ended_ms: int | None, outcome: WaitOutcome, *, skewed: bool = False) -> Span | None:
        asked = self.waiting
        if asked is None:
            return None
        promised_ms = self.promised_ms if not self.promise_used and (self.promised_ms or 0) > asked.at_ms else None
        span = Span(asked, self.next_position, self.cycle, self.handoff_ms, ended_ms, outcome, skewed, promised_ms)
        if outcome is not WaitOutcome.OPEN:
            self.waiting, self.bot_spoke, self.promise_used = None, False, True
            self.next_position += 1
        return span


FIELDS: Final = (
    "opening", "waiting", "handoff_ms", "bot_spoke", "next_position", "cycle", "opened_by_customer", "promised_ms", "topic",
    "customer_id", "segment", "variant", "source", "first_reply_ms", "first_solved_ms", "last_solved_ms", "ended_ms",
    "abandoned", "customer_messages", "human_replies", "bot_replies", "dropped", "dropped_through_ms",
    "promise_used",
)  # fmt: skip
FIELDS_OF: Final[Callable[[Thread], tuple[Any, ...]]] = attrgetter(*FIELDS)

# What each role does to a conversation; an aside does nothing.
STEPS: Final[Mapping[int, Callable[[Thread, Moment, Policy], Span | None]]] = {
    Role.OPENING: Thread._ask,
    Role.ASKING: Thread._ask,
    Role.REOPENING: Thread._reopen_and_ask,
    Role.REPLY: Thread._reply,
    Role.BOT_REPLY: Thread._bot_reply,
    Role.ASSIGNED: Thread._assign,
    Role.REOPENED: Thread._reopen,
    Role.SOLVED: Thread._solve,
    Role.ENDED: Thread._close,
    Role.ABANDONED: Thread._abandon,
}


def _is_contact(moment: Moment, policy: Policy) -> bool:
    """Whether the company speaks to the customer, as far as it counts."""
    return moment.role == Role.REPLY or (policy.bot_reply_counts and moment.role == Role.BOT_REPLY)


def waits_of(base: Thread, moments: Iterable[Moment], policy: Policy) -> list[Span]:
    """Every wait of a conversation, in order. The base becomes what the conversation is after its last moment."""
    spans = [span for moment in moments if (span := base.follow(moment, policy)) is not None]
    still_open = base.open_span()
    return spans if still_open is None else [*spans, still_open]
