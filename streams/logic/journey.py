"""A journey: everything one journey_id does and says, as state that survives a crash."""

from typing import Any, Final

from streams.logic import retention
from streams.logic.dialogues import Dialogue
from streams.logic.experiences import Mark
from streams.logic.outlook import Outlook
from streams.logic.sessions import Run, Step
from streams.logic.watermark import BEFORE_ALL
from streams.logic.wire import WIRE_VERSION, upcast

INTERACTIONS: Final = 0  # positions of the two topics among the fences
FEEDBACK: Final = 1


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
        "size",
    )

    def __init__(self, journey_id: str) -> None:
        self.journey_id = journey_id
        self.fences = [-1, -1]  # last offset applied, by topic
        self.floor_ms = BEFORE_ALL  # what is not younger than this has left
        self.runs: list[Run] = []
        self.notices: list[Any] = []  # events that are no steps: (at_ms, id64, touchpoint, channel, automated)
        self.dialogues: dict[str, Dialogue] = {}
        self.answers: list[Any] = []
        self.kept: list[Mark] = []  # of answers and conversations that are no longer remembered
        self.due_ms: int | None = None  # when to look at it, as its bytes say; None without any
        self.size = 0  # of its bytes, when it was last kept
        self.outlook: Outlook | None = None  # as it was told last
        self._seen: set[int] | None = None

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
            None if self.floor_ms == BEFORE_ALL else self.floor_ms,
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
        journey.floor_ms = BEFORE_ALL if floor_ms is None else floor_ms
        journey.runs = [Run(closed_ms, _tuples(steps)) for closed_ms, steps in runs]
        journey.notices = notices
        journey.dialogues = {name: Dialogue(*talk) for name, talk in talks.items()} if talks else {}
        journey.answers = said
        journey.kept = [Mark._make(mark) for mark in kept] if kept else []
        return journey


def _tuples(steps: list[Any]) -> list[Step]:
    """Return steps as the rules read them, also those of a decoder that knows no tuples."""
    return steps if type(steps[0]) is tuple else [tuple(step) for step in steps]
