"""What the catalogue says, in the form the rules ask for it. Policy is data: rules get it as an argument."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import starmap
from typing import Any, Final, NamedTuple

from schemas.catalogue import Catalogue
from schemas.catalogue_parts import BotRules, Clock, ConversationKind, SessionRules, Stage, Thresholds, TimeRules
from schemas.catalogue_parts import Target as NamedTarget
from streams.logic.calendars import Calendar
from streams.logic.causes import Rule, rules_of
from streams.logic.emotions import Tone, tones_of

SESSIONS, TIME, THRESHOLDS = SessionRules(), TimeRules(), Thresholds()  # as a catalogue that says nothing of them
WITHOUT_EFFECT: Final = {"funnels", "thresholds", "emotions"}  # parts of a catalogue that no conclusion depends on
KNOWN_VISITS: Final = 10_000  # most customers come to the same few places; 2 microseconds less for a session
UNREGISTERED: Final = "(unregistered)"
STAGES: Final = tuple(stage.value for stage in Stage)


class Scope(NamedTuple):
    """What a rolling metric is about."""

    kind: str  # overall | channel | stage | touchpoint
    name: str  # '' for overall


Visited = tuple[frozenset[str], frozenset[str]]  # touchpoints and channels of a session
OVERALL: Final = Scope("overall", "")


@dataclass(frozen=True, slots=True)
class Target:
    """How soon a wait is to be answered."""

    within_ms: int
    business: bool = False  # count open time of the calendar only
    calendar: Calendar | None = None

    def due_ms(self, asked_ms: int) -> int:
        """Moment at which a wait has lasted for too long."""
        return self._after(asked_ms, self.within_ms)

    def share_ms(self, asked_ms: int, share: float) -> int:
        """Moment at which a share of the target has passed."""
        return self._after(asked_ms, round(self.within_ms * share))

    def _after(self, asked_ms: int, waited_ms: int) -> int:
        if self.business and self.calendar is not None:
            return self.calendar.after(asked_ms, waited_ms)
        return asked_ms + waited_ms


@dataclass(frozen=True, slots=True)
class Place:
    """A registered touchpoint, as far as rules care."""

    channel: str
    stage: str
    goal: bool = False
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Every number and name that the rules depend on."""

    places: Mapping[str, Place] = field(default_factory=dict)
    gaps_ms: Mapping[str, int] = field(default_factory=dict)  # by channel
    default_targets: Mapping[str, Target] = field(default_factory=dict)  # by kind of conversation
    gap_ms: int = SESSIONS.gap_ms
    max_length_ms: int = SESSIONS.max_length_ms
    max_events: int = SESSIONS.max_events
    max_journey_steps: int = SESSIONS.max_journey_steps
    max_moments: int = 1_000  # of one conversation
    max_clock_skew_ms: int = TIME.max_clock_skew_ms
    allowed_lateness_ms: int = TIME.allowed_lateness_ms
    idle_after_ms: int = TIME.idle_after_ms
    state_retention_ms: int = TIME.state_retention_ms
    conversation_retention_ms: int = TIME.conversation_retention_ms
    state_linger_ms: int = TIME.state_linger_ms
    open_wait_retention_ms: int = TIME.open_wait_retention_ms
    pane_retention_ms: int = TIME.pane_retention_ms
    bot_reply_counts: bool = BotRules().reply_counts
    warn_at: float = THRESHOLDS.warn_at  # share of a target
    escalate_at: float = THRESHOLDS.escalate_at
    alert_within_ms: int = THRESHOLDS.alert_within_ms  # after what it is about came true
    unanswered: int = THRESHOLDS.unanswered  # open conversations of a channel
    causes: tuple[Rule, ...] = ()  # words that point to a cause
    emotions: tuple[Tone, ...] = ()  # words that tell an emotion
    channel_ids: frozenset[str] = frozenset()  # registered; those of touchpoints need not be among them
    rules: str = field(default="", compare=False)  # names the catalogue it comes from, so that two programs can compare
    channels: dict[str, str] = field(init=False, repr=False, compare=False)  # of registered touchpoints
    stages: dict[str, str] = field(init=False, repr=False, compare=False)
    registered_channels: frozenset[str] = field(init=False, repr=False, compare=False)
    goals: frozenset[str] = field(init=False, repr=False, compare=False)
    _scopes: dict[tuple[str, str], tuple[Scope, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _visited: dict[Visited, frozenset[Scope]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "channels", {name: place.channel for name, place in self.places.items()})
        object.__setattr__(self, "registered_channels", self.channel_ids.union(self.channels.values()))
        object.__setattr__(self, "stages", {name: place.stage for name, place in self.places.items()})
        object.__setattr__(self, "goals", frozenset(name for name, place in self.places.items() if place.goal))

    @classmethod
    def of(cls, catalogue: Catalogue) -> "Policy":
        """Policy that a catalogue describes."""
        calendars = calendars_of(catalogue)

        def target(named: NamedTarget | None) -> Target | None:
            if named is None:
                return None
            business = named.clock is Clock.BUSINESS
            return Target(named.within_ms, business, calendars[named.calendar] if named.calendar else None)

        defaults = {kind.value: target(catalogue.target_of("", kind.value)) for kind in ConversationKind}
        return cls(
            places={
                each.id: Place(each.channel, each.stage.value, each.goal, target(catalogue.target_of(each.id)))
                for each in catalogue.touchpoints
            },
            gaps_ms={each.id: each.gap_ms for each in catalogue.channels if each.gap_ms is not None},
            default_targets={kind: each for kind, each in defaults.items() if each is not None},
            **catalogue.sessions.model_dump(),
            **catalogue.time.model_dump(),
            bot_reply_counts=catalogue.bots.reply_counts,
            warn_at=catalogue.thresholds.warn_at,
            escalate_at=catalogue.thresholds.escalate_at,
            alert_within_ms=catalogue.thresholds.alert_within_ms,
            unanswered=catalogue.thresholds.unanswered,
            causes=rules_of(catalogue.causes),
            emotions=tones_of(catalogue.emotions),
            channel_ids=frozenset(each.id for each in catalogue.channels),
            rules=sha256(_in_order(catalogue.model_dump(exclude=WITHOUT_EFFECT)).encode()).hexdigest()[:12],
        )

    def gap_of(self, channel: str) -> int:
        """Longest silence within a session after an event of a channel."""
        return self.gaps_ms.get(channel, self.gap_ms)

    def stage_of(self, touchpoint: str) -> str:
        """Stage of a touchpoint, '' when nobody registered it."""
        return self.stages.get(touchpoint, "")

    def channel_of(self, touchpoint: str) -> str:
        """Channel of a touchpoint, '' when nobody registered it."""
        return self.channels.get(touchpoint, "")

    def target_of(self, touchpoint: str, kind: str) -> Target | None:
        """Target of a wait: the touchpoint's own, else the default of the kind of conversation."""
        place = self.places.get(touchpoint)
        return place.target if place and place.target else self.default_targets.get(kind)

    def scopes(self, touchpoint: str, channel: str) -> tuple[Scope, ...]:
        """Scopes that something at a touchpoint counts for."""
        known = self._scopes.get((touchpoint, channel))
        if known is not None:
            return known
        # What the catalogue does not have is shared: a million waits at places that nobody registered cost 190 MB else.
        place = (
            touchpoint if touchpoint in self.places else UNREGISTERED,
            channel if not channel or channel in self.registered_channels else UNREGISTERED,
        )
        return self._scopes.get(place) or self._scopes.setdefault(place, self._scopes_of(*place))

    def scopes_of_all(self, touchpoints: frozenset[str], channels: frozenset[str]) -> frozenset[Scope]:
        """Scopes that a session counts for which came to these places: the channel of a touchpoint adds nothing that it adds alone."""
        visited = (touchpoints, channels)
        known = self._visited.get(visited)
        if known is None:
            if len(self._visited) >= KNOWN_VISITS:
                self._visited.clear()
            of_touchpoints = starmap(self.scopes, ((touchpoint, "") for touchpoint in touchpoints))
            of_channels = map(self._scope_of_channel, filter(None, channels))
            known = self._visited[visited] = frozenset[Scope]().union(*of_touchpoints, of_channels)
        return known

    def _scopes_of(self, touchpoint: str, channel: str) -> tuple[Scope, ...]:
        place = self.places.get(touchpoint)
        scopes = [OVERALL, Scope("touchpoint", touchpoint if place else UNREGISTERED)]
        if channel:
            scopes.append(self._scope_of_channel(channel))
        if place:
            scopes.append(Scope("stage", place.stage))
        return tuple(scopes)

    def _scope_of_channel(self, channel: str) -> Scope:
        """All channels that nobody registered are one scope: producers may name as many as they like, a worker keeps minutes of each."""
        return Scope("channel", channel if channel in self.registered_channels else UNREGISTERED)


def calendars_of(catalogue: Catalogue) -> dict[str, Calendar]:
    """Calendars of a catalogue by id."""
    return {
        each.id: Calendar(each.id, each.zone, each.week, holidays=each.holidays, special=each.special)
        for each in catalogue.calendars
    }


def _in_order(values: Any) -> str:
    """Write values in a form that is the same in every process: sets come in another order in each."""
    if isinstance(values, Mapping):
        return f"{{{', '.join(sorted(f'{key}: {_in_order(value)}' for key, value in values.items()))}}}"
    if isinstance(values, set | frozenset):
        return f"{{{', '.join(sorted(map(_in_order, values)))}}}"
    if isinstance(values, list | tuple):
        return f"[{', '.join(map(_in_order, values))}]"
    return str(values)
