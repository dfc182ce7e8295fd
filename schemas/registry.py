"""Which event types travel on which topic, in which version, and which of their fields are moments."""

from datetime import datetime
from typing import Any, Final, get_args

from schemas.envelope import Event
from schemas.feedback import AnyFeedback
from schemas.interactions import AnyInteraction
from schemas.topics import FEEDBACK, INTERACTIONS

UNIONS: Final[dict[str, Any]] = {INTERACTIONS.name: AnyInteraction, FEEDBACK.name: AnyFeedback}

# The classes of each topic, in the order of its union.
MODELS: Final[dict[str, tuple[type[Event], ...]]] = {
    topic: get_args(get_args(union)[0]) for topic, union in UNIONS.items()
}

MODEL_OF: Final[dict[str, type[Event]]] = {
    model.model_fields["type"].default: model for models in MODELS.values() for model in models
}

TOPIC_OF: Final[dict[str, str]] = {
    model.model_fields["type"].default: topic for topic, models in MODELS.items() for model in models
}

CURRENT_VERSION: Final[dict[str, int]] = {
    name: model.model_fields["schema_version"].default for name, model in MODEL_OF.items()
}


def _is_moment(annotation: Any) -> bool:
    return annotation is datetime or any(map(_is_moment, get_args(annotation)))


MOMENTS: Final[frozenset[str]] = frozenset(
    name for model in MODEL_OF.values() for name, field in model.model_fields.items() if _is_moment(field.annotation)
)
