"""What customers say: the events of `touchpoint.feedback`."""

from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self

from pydantic import ConfigDict, Field, StrictFloat, StrictInt, StrictStr, model_validator

from schemas.envelope import Event, Identifier, Label

SCALES = frozenset({2, 3, 4, 5, 6, 7, 8, 10})


def scale_rules(schema: dict[str, Any]) -> None:
    """Say in JSON Schema what `score_is_on_the_scale` checks, so that producers can check it too."""
    nps: dict[str, Any] = {"required": ["metric"], "properties": {"metric": {"const": "nps"}}}
    from_0_to_10 = {"properties": {"scale": {"const": 10}, "score": {"minimum": 0}}}
    schema["properties"]["scale"]["enum"] = sorted(SCALES)
    schema["allOf"] = [{"if": nps, "then": from_0_to_10, "else": {"properties": {"score": {"minimum": 1}}}}] + [
        {"if": {"properties": {"scale": {"const": points}}}, "then": {"properties": {"score": {"maximum": points}}}}
        for points in sorted(SCALES)
    ]


class Metric(StrEnum):
    """What a survey question measures.

    nps: would they recommend us, 0 to 10; 0 is a valid answer. csat: how satisfied they are. ces: how easy it was.
    rating: stars and other marks.
    """

    NPS = "nps"
    CSAT = "csat"
    CES = "ces"
    RATING = "rating"


class Polarity(StrEnum):
    """Which end of the scale is good.

    positive: more is better. reversed: less is better, as in CES version 1.
    """

    POSITIVE = "positive"
    REVERSED = "reversed"


class Occasion(StrEnum):
    """What made a company ask. Answers of the two are never mixed.

    transactional: a contact; the answer is about its touchpoint. relational: the calendar; the answer is about the company as a whole.
    """

    TRANSACTIONAL = "transactional"
    RELATIONAL = "relational"


class Emotion(StrEnum):
    """How a customer felt, as the producer was told or found out: happy, neutral, frustrated or angry."""

    HAPPY = "happy"
    NEUTRAL = "neutral"
    FRUSTRATED = "frustrated"
    ANGRY = "angry"


class Feedback(Event):
    """Something a customer said. It belongs to the journey and never opens or extends a session."""

    submission_id: Identifier | None = None
    """Names the form that was filled in. An edit carries that of the first answer: of answers to one question the newest counts."""

    conversation_id: Identifier | None = None
    """The call, ticket, thread or request it is about."""

    comment: StrictStr | None = None
    """In the customer's words. Words of the catalogue in it point to causes and to an emotion."""

    reasons: list[Label] = Field(default_factory=list, max_length=50)
    """Causes that the customer ticked, by id, such as `late_delivery`."""

    emotion: Emotion | None = None
    """How the customer felt. Left out, words of the comment decide.

    A program that found it out says its name in the property `emotion_source`, and how sure it is (0 to 1) in `emotion_confidence`.
    """

    occasion: Occasion | None = None
    """What made the company ask. Left out: transactional."""


class Scored(Feedback):
    """An answer on a scale: 1 to `scale`, or 0 to 10 for NPS."""

    model_config = ConfigDict(json_schema_extra=scale_rules)

    metric: Metric
    """What was measured."""

    score: StrictInt
    """The answer as it was given: 1 to `scale`, 0 to 10 for NPS."""

    scale: StrictInt
    """Points of the scale, 10 for NPS."""

    polarity: Polarity = Polarity.POSITIVE
    """Which end of the scale is good."""

    survey_id: Identifier | None = None
    """The survey. Of several answers of one customer to it on one day at one touchpoint, one counts."""

    @model_validator(mode="after")
    def score_is_on_the_scale(self) -> Self:
        """Refuse a score that its scale does not have."""
        if self.scale not in SCALES or (self.metric is Metric.NPS and self.scale != 10):
            raise ValueError(f"scale {self.scale} is not one of {sorted(SCALES)} (nps: 10)")
        lowest = 0 if self.metric is Metric.NPS else 1
        if not lowest <= self.score <= self.scale:
            raise ValueError(f"score {self.score} is not on the scale {lowest} to {self.scale}")
        return self


class SurveyAnswer(Scored):
    """A customer rated one touchpoint. A skipped survey is another event."""

    type: Literal["survey_answer"] = "survey_answer"
    schema_version: StrictInt = Field(default=2, ge=2, le=2)
    """Version of the form of this type. Left out, it is the newest. Version 1 said `value` and `max`, and is read, too."""


class SurveySkipped(Feedback):
    """A customer saw a survey and did not answer: counted apart, in no score."""

    type: Literal["survey_skipped"] = "survey_skipped"

    metric: Metric
    """What was asked."""

    survey_id: Identifier | None = None
    """The survey."""


class Review(Scored):
    """A public review with stars."""

    type: Literal["review"] = "review"
    metric: Metric = Metric.RATING
    """What was measured."""


class Mention(Feedback):
    """The brand was mentioned."""

    type: Literal["mention"] = "mention"

    sentiment: StrictFloat = Field(ge=-1, le=1)
    """From -1 (hostile) to 1 (delighted)."""


AnyFeedback = Annotated[SurveyAnswer | SurveySkipped | Review | Mention, Field(discriminator="type")]

SCORED: Final = frozenset({"survey_answer", "review"})  # the types of `Scored`
