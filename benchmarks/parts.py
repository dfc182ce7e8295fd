"""Parts of a benchmark: shown while they run, kept when they are done, so that an interrupted one goes on where it was."""

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

KEPT = Path(__file__).parents[1] / "var" / "benchmarks"
Result = dict[str, Any]


class Parts:
    """Results of one benchmark by what was measured; each is a line of a file until all are there."""

    def __init__(self, path: Path, total: int) -> None:
        self._path = path
        self._total = total
        self._number = 0
        self._known: dict[str, Result] = {}
        for line in path.read_text().splitlines() if path.exists() else ():
            part = json.loads(line)
            self._known[_key(part["part"])] = part["result"]

    def result(self, part: dict[str, Any], measure: Callable[[], Result]) -> Result:
        """The result of a part, measured now unless an interrupted run has left it."""
        self._number += 1
        label = f"[{self._number}/{self._total}] {', '.join(f'{name} {value}' for name, value in part.items())}"
        if (known := self._known.get(_key(part))) is not None:
            _say(f"{label}: kept from an earlier run")
            return known
        _say(f"{label} ...")
        began = time.perf_counter()
        result = measure()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(json.dumps({"part": part, "result": result}) + "\n")
        _say(f"{label}: {time.perf_counter() - began:.0f} s, {json.dumps(_rounded(result))}")
        return result


@contextmanager
def parts(name: str, total: int) -> Iterator[Parts]:
    """The parts of a benchmark, forgotten once it has come to its end. SIGTERM ends it as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    path = KEPT / f"{name}.ndjson"
    try:
        yield Parts(path, total)
    except KeyboardInterrupt:
        _say(
            f"\ninterrupted; what is done is kept in {path}: run the same command to go on, delete the file to begin anew"
        )
        sys.exit(130)
    path.unlink(missing_ok=True)


def _key(part: dict[str, Any]) -> str:
    return json.dumps(part, sort_keys=True)


def _rounded(result: Result) -> Result:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in result.items()}


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
