"""How a batch changes a journey: events are taken in, then what has ended is told."""

from bisect import insort
from collections.abc import Iterable, Sequence
from typing import Final

from streams.logic import answers, contributions, recut, retention
from streams.logic.arrivals import Arrivals, Fate
from streams.logic.changes import Changes
from streams.logic.dialogues import Dialogue
from streams.logic.journey import FEEDBACK, INTERACTIONS, Journey
from streams.logic.moments import AUTOMATIC, Conversational, moment_of
from streams.logic.outlook import Outlook, outlook, tell
from streams.logic.panes import PaneBook
from streams.logic.policy import Policy
from streams.logic.sessions import Step
from streams.logic.talks import Talk
from streams.logic.visits import Visits
from streams.logic.watermark import BEFORE_ALL

CONVERSATIONAL: Final = frozenset({"call", "ticket", "message", "proposal"})


class Fold:
    """One journey in one batch."""

    __slots__ = ("_before", "_book", "_floor_ms", "_heard", "_news", "_policy", "_talks", "_visits", "journey")

    def __init__(
        self,
        journey: Journey,
        policy: Policy,
        watermark_ms: int,
        book: PaneBook,
        *,
        expired_through_ms: int = BEFORE_ALL,
    ) -> None:
        self.journey = journey
        self._policy = policy
        self._book = book
        self._floor_ms = max(journey.floor_ms, expired_through_ms)
        self._visits = Visits(journey.runs, policy, book)
        self._talks: dict[str, Talk] = {}
        self._before: Outlook | None = None  # on the relation, before the first change that may matter to it
        self._news = 0  # such changes
        # Questions that a detractor answered in this batch, whatever was edited since.
        self._heard: set[int] | None = None
        book.advance(watermark_ms)

    def interactions(self, arrivals: Arrivals, steps: Sequence[Step], places: Iterable[int]) -> None:
        """Take in what a customer or the company did: the events at these places. A fate that is not STORED is noted."""
        journey, floor_ms, visits = self.journey, self._floor_ms, self._visits
        said, offsets, ids, at_ms = arrivals.said, arrivals.offsets, arrivals.ids, arrivals.at_ms
        kinds, interactive, actors = said["type"], said["interactive"], said["actor"]
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
                is_spoken = kinds[place] in CONVERSATIONAL
                if not interactive[place] or (is_spoken and actors[place] in AUTOMATIC):
                    self._notice(arrivals, place)  # a greeting bot takes no step on a customer's way
                else:
                    visits.add(steps[place])
                if is_spoken:
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
            tell(
                journey.journey_id, self._before, journey.outlook, changes, heard=self._heard or (), anew=self._news > 1
            )
        retention.shorten(journey, self._policy, self._talks, watermark_ms, self._book, changes)
        if now_ms - touched_ms >= self._policy.state_linger_ms:
            expired = retention.expire(journey, self._policy, watermark_ms, self._book, changes)
            changes.expired_through_ms = max(changes.expired_through_ms, expired)

    def halve(self, watermark_ms: int, changes: Changes) -> bool:
        """Let the older half of the journey go, whose state has become too large; False when nothing can."""
        return retention.halve(self.journey, self._policy, watermark_ms, self._book, changes)

    def _stir(self) -> None:
        if self._before is None:
            self._before = self.journey.outlook or outlook(self.journey, self._policy)
        self._news += 1

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
        if answers.is_detractor(answer):
            self._heard = {*(self._heard or ()), answer.submission}
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
