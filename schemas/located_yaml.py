"""YAML that remembers the line of every value, so that a message can point at it."""

from pathlib import Path
from typing import Any, Final

import yaml

Place = tuple[str | int, ...]
MOST_VALUES: Final = 200_000  # anchors of anchors say a thousand million of them in ten lines


class YamlError(ValueError):
    """The text is no YAML, or a mapping says the same key twice; `line` is where."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Loader(yaml.SafeLoader):
    """Reads a date as the text it is, and says on which line a value cannot be read."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Build one value."""
        try:
            return super().construct_object(node, deep=deep)
        except YamlError:
            raise
        except ValueError as error:
            raise YamlError(node.start_mark.line + 1, f"not YAML: {error}") from error
        except (KeyError, AttributeError) as error:  # of a tag that stands before something else
            kind = node.tag.rpartition(":")[2]
            raise YamlError(node.start_mark.line + 1, f"not YAML: {node.value!r} is no {kind}") from error


# Whoever wants a date checks it himself, and names the value and its place.
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class LocatedYaml:
    """A parsed YAML document: plain values, and the line each of them stands on."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Place, int] = {(): 1}
        self._open: set[int] = set()  # nodes being walked: an anchor may contain itself
        try:
            self.values = self._parse(text)
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            raise YamlError(line, f"not YAML: the character {text[error.position]!r} is not allowed") from error
        except RecursionError as error:
            raise YamlError(1, "lists or mappings within each other, too many to be read: write it flatter") from error
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise YamlError(mark.line + 1 if mark else 1, f"not YAML: {error.problem or error.context}") from error

    @classmethod
    def read(cls, path: Path) -> "LocatedYaml":
        """Read a UTF-8 file."""
        return cls(path.read_text(encoding="utf-8"))

    def line(self, place: Place) -> int:
        """Line of a value, or of the nearest thing around it when it is absent."""
        while place not in self._lines:
            place = place[:-1]
        return self._lines[place]

    def _parse(self, text: str) -> Any:
        loader = Loader(text)
        try:
            root = loader.get_single_node()
            if root is None:
                raise YamlError(1, "is empty: write lines of 'key: value'")
            self._note(root, ())
            return loader.construct_document(root)
        finally:
            loader.dispose()

    def _note(self, node: yaml.Node, place: Place) -> None:
        self._lines.setdefault(place, node.start_mark.line + 1)
        if len(self._lines) > MOST_VALUES:
            raise YamlError(node.start_mark.line + 1, f"more than {MOST_VALUES:,} values: write fewer anchors")
        if id(node) in self._open:
            raise YamlError(node.start_mark.line + 1, "an anchor contains itself: write the value out")
        self._open.add(id(node))
        if isinstance(node, yaml.MappingNode):
            self._note_mapping(node, place)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self._note(item, (*place, index))
        self._open.discard(id(node))

    def _note_mapping(self, node: yaml.MappingNode, place: Place) -> None:
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise YamlError(line, "a list or a mapping is the key of something: use a word")
            if key.value in seen and key.tag != "tag:yaml.org,2002:merge":
                raise YamlError(line, f"{key.value!r} is written twice: keep one")
            seen.add(key.value)
            self._lines[(*place, key.value)] = line
            self._note(value, (*place, key.value))
