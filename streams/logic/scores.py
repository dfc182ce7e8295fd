"""What an answer says, whatever its scale and direction."""

from typing import Final, NamedTuple, cast

from schemas.feedback import SCORED, Feedback, Mention, Metric, Polarity, Scored

# The lowest score of each scale that counts as satisfied: the top box, and the next ones on longer scales.
SATISFIED_FROM: Final = {2: 2, 3: 3, 4: 3, 5: 4, 6: 4, 7: 5, 8: 6, 10: 9}
PROMOTERS_FROM: Final = 9
PASSIVES_FROM: Final = 7


class Rating(NamedTuple):
    """One answer on common ground. None or '' where the question does not apply."""

    score10: float | None  # 0 (worst) to 10 (best)
    nps_class: str = ""  # promoter, passive or detractor
    satisfied: bool | None = None
    easy: bool | None = None


UNRATED: Final = Rating(None)


def rate(event: Feedback) -> Rating:
    """Rating of a feedback event; a skipped survey has none."""
    if event.type == "mention":
        return Rating(score10=5 + 5 * cast(Mention, event).sentiment)
    return _rating(cast(Scored, event)) if event.type in SCORED else UNRATED


def _rating(event: Scored) -> Rating:
    nps = event.metric is Metric.NPS
    lowest = 0 if nps else 1
    score = event.score if event.polarity is Polarity.POSITIVE else event.scale + lowest - event.score
    high = score >= SATISFIED_FROM[event.scale]
    return Rating(
        score10=10 * (score - lowest) / (event.scale - lowest),
        nps_class=nps_class(score) if nps else "",
        satisfied=high if event.metric is Metric.CSAT else None,
        easy=high if event.metric is Metric.CES else None,
    )


def nps_class(score: int) -> str:
    """Promoter 9 and 10, passive 7 and 8, detractor 0 to 6."""
    if score >= PROMOTERS_FROM:
        return "promoter"
    return "passive" if score >= PASSIVES_FROM else "detractor"
