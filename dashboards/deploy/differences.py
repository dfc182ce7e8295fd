"""Where Grafana differs from what is wanted, for a person to read."""

import json
from collections.abc import Iterator
from typing import Any, Final

MOST: Final = 100  # characters of a value


def differences(wanted: Any, there: Any, path: str = "") -> Iterator[str]:
    """Name every place that differs. What Grafana adds by itself is no difference; a list has to have the same length."""
    if isinstance(wanted, dict) and isinstance(there, dict):
        for key, value in wanted.items():
            yield from differences(value, there.get(key), f"{path}.{key}" if path else key)
    elif isinstance(wanted, list) and isinstance(there, list) and len(wanted) == len(there):
        for place, (value, other) in enumerate(zip(wanted, there, strict=True)):
            yield from differences(value, other, f"{path}[{place}]")
    elif wanted != there:
        yield f"{path}: {_short(there)} -> {_short(wanted)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= MOST else f"{text[:MOST]}..."
