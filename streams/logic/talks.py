"""A conversation in one batch: moments are added to it, then it says which of its waits may have changed."""

from bisect import insort
from typing import TYPE_CHECKING

from schemas.identity import wait_id
from streams.logic import alarms, contributions
from streams.logic.conversation_rows import conversation_of, wait_of
from streams.logic.dialogues import UNREAD, Dialogue, MeasuredWait, measured, read
from streams.logic.experiences import bad_moments
from streams.logic.moments import LAST_QUESTION, Moment
from streams.logic.policy import Policy
from streams.logic.waits import Span, Thread, waits_of
from streams.logic.watermark import BEFORE_ALL

if TYPE_CHECKING:
    from streams.logic.changes import Changes
    from streams.logic.panes import PaneBook


class Talk:
    """One conversation in one batch.

    As long as moments come in order only the open wait can change. The first that does not makes it read them all.
    """

    __slots__ = (
        "_before",
        "_book",
        "_dialogue",
        "_ended",
        "_grew",
        "_in_order",
        "_known",
        "_name",
        "_policy",
        "_so_far",
        "_told",
        "_vanished",
    )

    def __init__(self, name: str, dialogue: Dialogue, policy: Policy, book: "PaneBook") -> None:
        self._name = name
        self._book = book
        self._dialogue = dialogue
        self._policy = policy
        self._known = len(dialogue.moments)
        self._so_far = dialogue.thread(policy)
        self._ended: list[Span] = []
        self._in_order = True
        self._grew = False
        self._before = measured(dialogue, _open(self._so_far), policy)  # waits that may change, as they were
        if dialogue.bad_ms == UNREAD:
            self._read_all()
        self._told = dialogue.told(self._before[-1] if self._before else None, policy)
        self._vanished: set[int] = set()  # when those began that were there for a while

    def add(self, moment: Moment) -> None:
        """Put a moment where its time belongs."""
        self._grew = True
        moments = self._dialogue.moments
        if not moments or tuple(moments[-1][:3]) < moment.place_in_time:
            moments.append(moment)
            if self._in_order:
                self._follow(moment)
            elif moment.role <= LAST_QUESTION and not moment.automated:
                self._vanished.update([each.at_ms for each in self._dialogue.story() if _is_machines_question(each)])
        elif not self._belongs_to_what_left(moment):
            self._insert(moment)

    def tell_anew(self) -> None:
        """Say everything again, whatever was said before; what could have been a wait and is none is taken back."""
        self._in_order, self._grew, self._before = False, True, []
        story = self._dialogue.story()
        self._vanished = {moment.at_ms for moment in story if moment.role <= LAST_QUESTION}

    def conclude(self, journey_id: str, watermark_ms: int, changes: "Changes") -> None:
        """Publish the waits that are new, changed, or were gone for a while."""
        name, policy, before = self._name, self._policy, self._before
        thread, after = self._after(watermark_ms)
        self._dialogue.bad_ms = self._first_bad(before, after)
        self._dialogue.remember(thread, after, policy, watermark_ms)
        now, ended = self._dialogue.alarm(after[-1] if after else None), [wait.span for wait in after]
        changes.alerts += alarms.changed(journey_id, name, self._told, now, ended, policy)
        known, asked = {wait.asked_ms: wait for wait in before}, {wait.asked_ms for wait in after}
        for wait in after:
            if wait.asked_ms in self._vanished or not wait.is_as(known.get(wait.asked_ms)):
                changes.wait_values.append(wait_of(journey_id, name, wait, policy))
        gone = sorted(self._vanished - asked)
        changes.gone_waits += ((wait_id(journey_id, name, at_ms), journey_id, at_ms) for at_ms in gone)
        if self._grew:
            changes.conversation_values.append(conversation_of(journey_id, name, thread, policy))
        self._count(journey_id, before, after)

    def _count(self, journey_id: str, before: list[MeasuredWait], after: list[MeasuredWait]) -> None:
        name, policy, book = self._name, self._policy, self._book
        for wait in before:
            if not _is_among(wait, after):
                book.replace(contributions.of_wait(wait, policy), ())
        for wait in after:
            if not _is_among(wait, before):
                book.replace((), contributions.of_wait(wait, policy))
        if not _end_alike(before, after):
            if (waited := contributions.open_wait(journey_id, name, before, policy)) is not None:
                book.waiting.ended(waited.wait_id)
            if (waits_now := contributions.open_wait(journey_id, name, after, policy)) is not None:
                book.waiting.opened(waits_now)

    def _after(self, watermark_ms: int) -> tuple[Thread, list[MeasuredWait]]:
        """Conversation now, and the waits that may have changed."""
        if not self._in_order:
            return read(self._dialogue, self._policy, watermark_ms)
        spans = [*self._ended, *_open(self._so_far)]
        return self._so_far, measured(self._dialogue, spans, self._policy, watermark_ms)

    def _follow(self, moment: Moment) -> None:
        thread = self._so_far
        waited = thread.waiting
        span = thread.follow(moment, self._policy)
        if span is not None:
            self._ended.append(span)
        elif waited is not None and thread.waiting is not waited:
            self._vanished.add(waited.at_ms)  # a machine's wait, behind which a human has written

    def _insert(self, moment: Moment) -> None:
        story = self._dialogue.story()
        if self._in_order:
            self._read_all()
        asked = self._asked()
        insort(story, moment, key=lambda each: each.place_in_time)
        self._vanished |= asked - self._asked()

    def _read_all(self) -> None:
        self._in_order = False
        spans = waits_of(self._dialogue.beginning(), self._dialogue.story()[: self._known], self._policy)
        self._before = measured(self._dialogue, spans, self._policy)

    def _first_bad(self, before: list[MeasuredWait], after: list[MeasuredWait]) -> int | None:
        """When the conversation first was a bad experience; looked up where that may be later than was known."""
        known_ms, found = self._dialogue.bad_ms, bad_moments(after)
        if known_ms is None and not found and self._in_order:
            return None  # as nearly always
        base_ms = self._dialogue.dropped_through_ms
        if self._in_order and (known_ms in found or known_ms not in bad_moments(before)):
            found.add(known_ms)
        elif self._in_order:
            found = bad_moments(read(self._dialogue, self._policy)[1])
        if base_ms is not None and known_ms is not None and known_ms <= base_ms:
            found.add(known_ms)
        return min((at_ms for at_ms in found if at_ms not in (None, UNREAD)), default=None)

    def _asked(self) -> set[int]:
        spans = waits_of(self._dialogue.beginning(), self._dialogue.story(), self._policy)
        return {span.asked.at_ms for span in spans}

    def _belongs_to_what_left(self, moment: Moment) -> bool:
        """Whether a moment is as old as those that have left; then it is counted with them."""
        if moment.at_ms > (self._dialogue.dropped_through_ms or BEFORE_ALL):
            return False
        thread = self._dialogue.beginning()
        thread.dropped += 1
        self._dialogue.base = thread.to_wire()
        return True


def _is_machines_question(moment: Moment) -> bool:
    return moment.automated and moment.role <= LAST_QUESTION


def _is_among(wait: MeasuredWait, others: list[MeasuredWait]) -> bool:
    for each in others:  # noqa: SIM110 - a generator costs more than the one or two that there are
        if wait.is_as(each):
            return True
    return False


def _end_alike(before: list[MeasuredWait], after: list[MeasuredWait]) -> bool:
    """Whether both end with the same wait, or there is none."""
    return before[-1].is_as(after[-1]) if before and after else not (before or after)


def _open(thread: Thread) -> list[Span]:
    span = thread.open_span()
    return [span] if span else []
