"""What the view shows of one scope, and of everything at one moment."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a number of things: both are kept, and of nothing there is no share."""

    part: int
    n: int

    @property
    def percent(self) -> float | None:
        """The part in percent."""
        return 100 * self.part / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Scope:
    """The rolling day of the whole, a channel, a stage or a touchpoint. The fields are columns of v_rolling."""

    scope_kind: str
    scope: str
    events: int
    sessions: int
    exits: int
    nps_answers: int
    promoters: int
    detractors: int
    csat_answers: int
    satisfied: int
    ces_answers: int
    easy: int
    responses: int
    response_p50_ms: float | None
    response_p95_ms: float | None
    within_target: int
    targeted: int
    breaches: int
    open_waits: int | None  # nobody knows who waited while a window filled that is long over
    oldest_open_at: datetime | None

    @property
    def nps(self) -> float | None:
        """Promoters minus detractors in percent of the answers, from -100 to 100."""
        return 100 * (self.promoters - self.detractors) / self.nps_answers if self.nps_answers else None

    @property
    def csat(self) -> Share:
        """Satisfied customers."""
        return Share(self.satisfied, self.csat_answers)

    @property
    def ces(self) -> Share:
        """Customers who found it easy."""
        return Share(self.easy, self.ces_answers)

    @property
    def exit_rate(self) -> Share:
        """Sessions that ended here without success, of those that came by."""
        return Share(self.exits, self.sessions)

    @property
    def on_time(self) -> Share:
        """Answers within their target."""
        return Share(self.within_target, self.targeted)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything the view shows at one moment; what is not known yet is None."""

    at: datetime
    scopes: tuple[Scope, ...] = ()
    events_per_second: float | None = None  # read by the worker
    lag: int | None = None
    notes: tuple[str, ...] = ()  # what is being waited for, what went wrong

    @property
    def overall(self) -> Scope | None:
        """The whole."""
        return next((scope for scope in self.scopes if scope.scope_kind == "overall"), None)

    def of_kind(self, kind: str) -> list[Scope]:
        """Return every channel, stage or touchpoint by name."""
        return sorted((scope for scope in self.scopes if scope.scope_kind == kind), key=lambda scope: scope.scope)

    def worst_exits(self, most: int) -> list[Scope]:
        """Return the touchpoints where most sessions are lost."""
        losing = [scope for scope in self.of_kind("touchpoint") if scope.exits]
        return sorted(losing, key=lambda scope: -scope.exits)[:most]
