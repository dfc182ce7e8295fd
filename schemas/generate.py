"""JSON Schema of every message and an AsyncAPI 3.0 document of every topic, written from the models and `topics.py`."""

import json
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import CoreSchema

from schemas import topics
from schemas.alert_model import Alert
from schemas.envelope import Event
from schemas.letters import DeadLetter
from schemas.registry import MODELS
from schemas.topics import Topic

# Of the messages: raise the last number for words, the second for additions, the first for the rest.
VERSION: Final = "1.0.1"
OUR_VALUES: Final[dict[str, type[BaseModel]]] = {topics.ALERTS.name: Alert, topics.DEAD_LETTERS.name: DeadLetter}
Document = dict[str, Any]


class WithoutFieldTitles(GenerateJsonSchema):
    """JSON Schema in which a field is not called by its name twice."""

    def field_title_should_be_set(self, schema: CoreSchema) -> bool:
        """No field gets a title made of its name."""
        return False


def write(directory: Path) -> list[Path]:
    """Write every document into a directory, made when it is missing, and tell the files."""
    directory.mkdir(parents=True, exist_ok=True)
    files = []
    for name, text in documents().items():
        path = directory / name
        path.write_text(text, encoding="utf-8", newline="\n")
        files.append(path)
    return files


def documents() -> dict[str, str]:
    """Text of every document by file name; the same models give the same text."""
    written = {f"{name}.schema.json": _json(model) for models in messages().values() for name, model in models.items()}
    described = yaml.safe_dump(asyncapi(), sort_keys=False, allow_unicode=True, width=100)
    return written | {"asyncapi.yaml": described}


def messages() -> dict[str, dict[str, type[BaseModel]]]:
    """Messages of each topic by name. Panes are absent: their form is internal and may change with any release."""
    events: dict[str, dict[str, type[BaseModel]]] = {
        topic: {model.model_fields["type"].default: model for model in models} for topic, models in MODELS.items()
    }
    return events | {topic: {_snake(model.__name__): model} for topic, model in OUR_VALUES.items()}


def asyncapi() -> Document:
    """Describe every topic as an AsyncAPI 3.0 document: channels, operations, messages and their keys."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Touchstream",
            "version": VERSION,
            "description": "What travels between customer touchpoints and Touchstream. Unknown fields of an event are kept, not refused.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {_channel(topic): _described_channel(topic) for topic in topics.ALL},
        "operations": {name: each for topic in topics.ALL for name, each in _operations(topic).items()},
        "components": {
            "messages": {name: each for topic in topics.ALL for name, each in _described_messages(topic).items()}
        },
    }


def _described_channel(topic: Topic) -> Document:
    settings = {
        "cleanup.policy": ["compact", "delete"] if topic.compacted else ["delete"],
        "retention.ms": topic.retention_ms,
        "max.message.bytes": topic.max_message_bytes,
    }
    if topic.stamped_by_broker:
        settings["message.timestamp.type"] = "LogAppendTime"
    return {
        "address": topic.name,
        "description": topic.about,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _described_messages(topic)},
        "bindings": {"kafka": {"topic": topic.name, "topicConfiguration": settings, "bindingVersion": "0.5.0"}},
    }


def _operations(topic: Topic) -> Document:
    channel = {"channel": {"$ref": f"#/channels/{_channel(topic)}"}}
    read = {f"read_{_channel(topic)}": {"action": "receive", "summary": f"Touchstream reads {topic.name}.", **channel}}
    send = {f"send_{_channel(topic)}": {"action": "send", "summary": f"Touchstream writes {topic.name}.", **channel}}
    if topic in topics.EVENTS:
        return read
    return send if topic is topics.ALERTS else read | send


def _described_messages(topic: Topic) -> Document:
    key = {"kafka": {"key": {"type": "string", "description": topic.key}, "bindingVersion": "0.5.0"}}
    if topic.name not in messages():
        about = f"{topic.about} Internal: its form may change with any release."
        internal = {"name": topic.value, "contentType": "application/octet-stream", "summary": about, "bindings": key}
        return {_snake(topic.value): internal}
    return {
        name: {
            "name": name,
            "title": model.__name__,
            "summary": model.__doc__,
            "payload": {"$ref": f"./{name}.schema.json"},
            "bindings": key,
        }
        for name, model in messages()[topic.name].items()
    }


def _json(model: type[BaseModel]) -> str:
    schema = model.model_json_schema(schema_generator=WithoutFieldTitles)
    if issubclass(model, Event):  # it has a default in Python, where the class says it; in JSON nothing else does
        schema["required"] = ["type", *schema["required"]]
        schema["properties"]["type"]["description"] = Event.model_fields["type"].description
    dialect = {"$schema": WithoutFieldTitles.schema_dialect}
    return json.dumps(dialect | schema, indent=2, ensure_ascii=False) + "\n"


def _channel(topic: Topic) -> str:
    return topic.name.removeprefix("touchpoint.").replace("-", "_")


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
