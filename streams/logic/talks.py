"""A conversation in one batch: moments are added to it, then it says which of its waits may have changed."""

from bisect import insort

from streams.logic.dialogues import Case, Dialogue, cases_of, read
from streams.logic.moments import Moment
from streams.logic.policy import Policy
from streams.logic.waits import Span, Thread, waits_of
from streams.logic.watermark import NEVER


class Talk:
    """One conversation in one batch.

    As long as moments come in order only the open wait can change. The first that does not makes it read them all.
    """

    __slots__ = ("_dialogue", "_ended", "_in_order", "_known", "_policy", "_thread", "before", "vanished")

    def __init__(self, dialogue: Dialogue, policy: Policy) -> None:
        self._dialogue = dialogue
        self._policy = policy
        self._known = len(dialogue.moments)
        self._thread = dialogue.thread(policy)
        self._ended: list[Span] = []
        self._in_order = True
        self.before = cases_of(dialogue, _open(self._thread), policy)  # waits that may change, as they were
        self.vanished: set[int] = set()  # when those began that were there for a while

    def add(self, moment: Moment) -> None:
        """Put a moment where its time belongs."""
        moments = self._dialogue.moments
        if not moments or tuple(moments[-1][:3]) < moment.place_in_time:
            moments.append(moment)
            if self._in_order and (span := self._thread.follow(moment, self._policy)):
                self._ended.append(span)
        elif not self._belongs_to_what_left(moment):
            self._insert(moment)

    def after(self, watermark_ms: int) -> tuple[Thread, list[Case]]:
        """Conversation now, and the waits that may have changed."""
        if not self._in_order:
            return read(self._dialogue, self._policy, watermark_ms)
        spans = [*self._ended, *_open(self._thread)]
        return self._thread, cases_of(self._dialogue, spans, self._policy, watermark_ms)

    def _insert(self, moment: Moment) -> None:
        story = self._dialogue.story()
        if self._in_order:
            self._in_order = False
            spans = waits_of(self._dialogue.beginning(), story[: self._known], self._policy)
            self.before = cases_of(self._dialogue, spans, self._policy)
        asked = self._asked()
        insort(story, moment, key=lambda each: each.place_in_time)
        self.vanished |= asked - self._asked()

    def _asked(self) -> set[int]:
        spans = waits_of(self._dialogue.beginning(), self._dialogue.story(), self._policy)
        return {span.asked.at_ms for span in spans}

    def _belongs_to_what_left(self, moment: Moment) -> bool:
        """Whether a moment is as old as those that have left; then it is counted with them."""
        thread = self._dialogue.beginning()
        if moment.at_ms > (thread.dropped_through_ms or NEVER):
            return False
        thread.dropped += 1
        self._dialogue.base = thread.to_wire()
        return True


def _open(thread: Thread) -> list[Span]:
    span = thread.open_span()
    return [span] if span else []
