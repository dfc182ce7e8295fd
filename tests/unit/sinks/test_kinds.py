"""Views that tell kinds of events apart name them as the models do."""

import re

import pytest

from schemas.registry import MODEL_OF, MODELS
from schemas.topics import FEEDBACK, INTERACTIONS, Topic
from sinks.meanings import columns_of
from sinks.migrate import read_views
from streams.logic.fold import CONVERSATIONAL

VIEWS = {view.name: view for view in read_views()}
NOTICES = {kind for kind, model in MODEL_OF.items() if not getattr(model, "interactive", True)}
LISTS = [
    pytest.param(set(re.findall(r"\w+", listed)), NOTICES if without else set(CONVERSATIONAL), id=view.name)
    for view in VIEWS.values()
    for without, listed in re.findall(r"\btype (NOT )?IN \(([^)]*)\)", view.text)
]


@pytest.mark.parametrize(("named", "kinds"), LISTS)
def test_a_view_that_leaves_notices_or_conversations_out_names_all_of_them(named: set[str], kinds: set[str]) -> None:
    assert named == kinds


@pytest.mark.parametrize(
    ("view", "column", "topic"), [("v_interactions", "type", INTERACTIONS), ("v_answers", "kind", FEEDBACK)]
)
def test_the_events_of_a_topic_say_which_types_there_are(view: str, column: str, topic: Topic) -> None:
    kinds = [model.model_fields["type"].default for model in MODELS[topic.name]]
    assert columns_of(VIEWS[view])[column].split(", ") == kinds
