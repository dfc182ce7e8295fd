"""One simulated customer: who they are, how they feel, what they say."""

from collections.abc import Sequence
from random import Random
from typing import Any, Final

SEGMENTS: Final = ("new", "new", "new", "new", "loyal", "loyal", "loyal", "business")
SOURCES: Final = ("search", "search", "ads", "ads", "social", "newsletter", "direct", "direct")
COMMENTS: Final = {
    "slow": ("I waited far too long", "no answer for hours", "Am așteptat prea mult", "Keine Antwort bekommen"),
    "angry": (
        "rude on the phone, never again",
        "very expensive for what it is",
        "stopped working after a day, what a disgrace",
        "never arrived",
        "ich bin wütend, das Paket kam nie",
        "inacceptabil, nu a ajuns",
    ),
    "fine": ("all good", "ok", "does what it should", "merci"),
    "happy": (
        "great help, thank you",
        "fast and friendly",
        "love it",
        "recommended to a friend",
        "mulțumesc, foarte bine",
    ),
}
# Boxes of the survey that an unhappy customer ticks.
REASONS: Final = {
    "slow": ("slow_response", "slow_response", "opening_hours"),
    "angry": ("late_delivery", "defective_product", "price", "unfriendly_staff"),
}
SPEAK_OF: Final = {  # of which cause a comment tells
    "rude on the phone, never again": "unfriendly_staff",
    "never arrived": "late_delivery",
    "ich bin wütend, das Paket kam nie": "late_delivery",
    "inacceptabil, nu a ajuns": "late_delivery",
}


class Customer:
    """Carries the fields every event of the journey shares, and a mood from 0 (furious) to 1 (delighted)."""

    __slots__ = (
        "base",
        "buys",
        "contact",
        "conversations",
        "grievance",
        "journey_id",
        "mood",
        "orders",
        "slow_answers",
    )

    def __init__(self, number: str, random: Random) -> None:
        self.journey_id = f"j-{number}"
        segment = SEGMENTS[int(random.random() * len(SEGMENTS))]
        variant = "B" if random.random() < 0.5 else "A"
        self.base: dict[str, Any] = {
            "journey_id": self.journey_id,
            "segment": segment,
            "variant": variant,
            "source": SOURCES[int(random.random() * len(SOURCES))],
        }
        if segment != "new":
            self.base["customer_id"] = f"c-{number}"
        self.mood = random.betavariate(7.0, 1.2)
        self.buys = {"new": 0.8, "loyal": 1.25, "business": 1.1}[segment] * (1.22 if variant == "B" else 1.0)
        self.slow_answers = 0
        self.conversations = 0
        self.orders = 0
        self.grievance: str | None = None  # the cause of what went wrong, when it is sure
        self.contact: tuple[str, str] | None = None  # touchpoint and name of the last conversation

    def becomes_known(self) -> None:
        """Give a name to a customer who has bought or asked something."""
        if "customer_id" not in self.base:
            self.base = {**self.base, "customer_id": f"c-{self.journey_id[2:]}"}

    def waited(self, waited_ms: int, bearable_ms: int) -> None:
        """Take a wait to heart: a quick answer pleases a little, a slow one hurts a lot."""
        if waited_ms <= bearable_ms:
            self.mood = min(1.0, self.mood + 0.05)
        else:
            self.slow_answers += 1
            self.mood = max(0.0, self.mood - min(0.45, 0.12 * waited_ms / bearable_ms))

    def gave_up(self) -> None:
        """Take it to heart that nobody answered."""
        self.slow_answers += 1
        self.mood = max(0.0, self.mood - 0.3)

    def is_let_down(self, cause: str) -> None:
        """Have something go wrong that has a name."""
        self.grievance = cause
        self.mood = max(0.0, self.mood - 0.35)

    def next_conversation(self, touchpoint: str) -> str:
        """Name the next call, chat or ticket."""
        self.conversations += 1
        name = f"k-{self.journey_id[2:]}-{self.conversations}"
        self.contact = (touchpoint, name)
        return name

    def next_order(self) -> str:
        """Name the next purchase."""
        self.orders += 1
        return f"o-{self.journey_id[2:]}-{self.orders}"

    def score(self, lowest: int, highest: int, random: Random) -> int:
        """Say the mood as a number of a scale."""
        felt = min(1.0, max(0.0, self.mood + random.gauss(0.0, 0.12)))
        return lowest + round(felt * (highest - lowest))

    @property
    def tone(self) -> str:
        """What the mood sounds like."""
        if self.mood > 0.5:
            return "happy" if self.mood > 0.75 else "fine"
        return "slow" if self.slow_answers else "angry"

    def remarks(self, random: Random, unheard: frozenset[str]) -> dict[str, Any]:
        """Say why, now and then; who is unhappy does so more often, and what is done about it costs money.

        Nobody speaks of causes that are `unheard` at the moment.
        """
        tone = self.tone
        said: dict[str, Any] = {}
        if random.random() < (0.65 if self.mood <= 0.5 else 0.3):
            said["comment"] = _one_of([each for each in COMMENTS[tone] if SPEAK_OF.get(each) not in unheard], random)
        if tone in REASONS and random.random() < 0.45:
            causes = [each for each in REASONS[tone] if each not in unheard]
            sure = self.grievance if self.grievance not in unheard else None
            said["reasons"] = [sure or _one_of(causes, random)]
            compensation = 500 * int(random.random() * 8) if random.random() < 0.4 else 0
            said["properties"] = {"handling_cost": 300 + int(random.random() * 1_500), "compensation": compensation}
        return said


def _one_of(choices: Sequence[str], random: Random) -> str:
    return choices[int(random.random() * len(choices))]
