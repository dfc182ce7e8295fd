"""`make bench`: every benchmark in a process of its own; what they print becomes docs/benchmarks.md.

`python -m benchmarks pipeline state` runs some of them and leaves the other sections as they are. Ctrl-C lets the one that is running stop what it
has started; those that take long keep the parts that are done, and the same command goes on there.
"""

import ast
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.parts import KEPT

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
PLOTS = PAGE.with_suffix("")
QUESTIONS = (
    "pipeline",
    "peers",
    "stages",
    "latency",
    "growth",
    "backfill",
    "history",
    "state",
    "recovery",
    "transport",
    "takeover",
    "views",
    "page",
)
INTRODUCTION = """# Benchmarks

Written by `make bench`; do not edit by hand. Speed depends on the machine and on what else it does, so compare what stands side by side
in one table: it was measured in one run. Ratios travel, events a second do not.
"""


def main() -> None:
    """Answer the questions of the command line, or all of them, and write the page after each."""
    wanted = sys.argv[1:] or list(QUESTIONS)
    if strangers := set(wanted) - set(QUESTIONS):
        sys.exit(f"no benchmark {', '.join(sorted(strangers))}; there are: {', '.join(QUESTIONS)}")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs, and their children, ignore it
    print(machine(), file=sys.stderr)
    sections = known_sections()
    for number, name in enumerate(wanted, 1):
        print(f"\n== {name} ({number} of {len(wanted)})", file=sys.stderr, flush=True)
        sections[name] = section(name, answer(name))
        PAGE.write_text(INTRODUCTION + "".join(sections[each] for each in QUESTIONS if each in sections))


def answer(name: str) -> str:
    """Run one benchmark; its table goes to the terminal and to the page."""
    # In a session of its own: Ctrl-C comes to it once, from here, and then it has the time it needs to end what it started.
    process = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{name}"], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    interrupted = False

    def interrupt(*_: object) -> None:
        nonlocal interrupted
        if not interrupted:
            interrupted = True
            process.send_signal(signal.SIGINT)

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    told, _ = process.communicate()
    for number, handler in before.items():
        signal.signal(number, handler)
    if interrupted or process.returncode:
        print(told, end="")
        sys.exit(130 if interrupted else f"{name} ended with {process.returncode}; its section is as it was")
    print(told, flush=True)
    return told


def section(name: str, told: str) -> str:
    """One section of the page: the question, where and when it was asked, the answer."""
    module = ast.parse(Path(__file__).with_name(f"{name}.py").read_text())
    question, _, details = (ast.get_docstring(module) or "").partition("\n\n")
    today = datetime.now(UTC).date()
    table = "\n".join(line.rstrip() for line in told.strip().splitlines())
    text = f"\n## {name}: {question}\n\n{details.strip()}\n\n{today}, {machine()}.\n\n```text\n{table}\n```\n"
    drawn = KEPT / f"{name}.svg"
    if drawn.exists():
        PLOTS.mkdir(exist_ok=True)
        shutil.move(drawn, PLOTS / drawn.name)
        text += f"\n![{name}]({PLOTS.name}/{drawn.name})\n"
    return text


def known_sections() -> dict[str, str]:
    """Sections of the page as it is."""
    text = PAGE.read_text() if PAGE.exists() else ""
    return {part.split(":", 1)[0]: f"\n## {part}" for part in text.split("\n## ")[1:]}


def machine() -> str:
    """Say what the numbers were measured on."""
    model = (
        re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()) if Path("/proc/cpuinfo").exists() else None
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores ({model[1] if model else platform.processor()}), {memory:.0f} GB, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
