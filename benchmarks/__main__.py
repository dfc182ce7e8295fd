"""`make bench`: every benchmark in a process of its own; what they print becomes docs/benchmarks.md.

`python -m benchmarks pipeline state` runs some of them and leaves the other sections as they are.
"""

import ast
import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
QUESTIONS = ("pipeline", "state", "recovery", "transport", "takeover", "views", "page")
INTRODUCTION = """# Benchmarks

Written by `make bench`; do not edit by hand. Speed depends on the machine and on what else it does, so compare what stands side by side
in one table: it was measured in one run. Ratios travel, events a second do not.
"""


def main() -> None:
    """Answer the questions of the command line, or all of them, and write the page after each."""
    wanted = sys.argv[1:] or list(QUESTIONS)
    if strangers := set(wanted) - set(QUESTIONS):
        sys.exit(f"no benchmark {', '.join(sorted(strangers))}; there are: {', '.join(QUESTIONS)}")
    sections = known_sections()
    for name in wanted:
        print(f"\n== {name}", file=sys.stderr, flush=True)
        sections[name] = section(name, answer(name))
        PAGE.write_text(INTRODUCTION + "".join(sections[each] for each in QUESTIONS if each in sections))


def answer(name: str) -> str:
    """Run one benchmark; its table goes to the terminal and to the page."""
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    print(told, flush=True)
    return told


def section(name: str, told: str) -> str:
    """One section of the page: the question, where and when it was asked, the answer."""
    module = ast.parse(Path(__file__).with_name(f"{name}.py").read_text())
    question, _, details = (ast.get_docstring(module) or "").partition("\n\n")
    today = datetime.now(UTC).date()
    table = "\n".join(line.rstrip() for line in told.strip().splitlines())
    return f"\n## {name}: {question}\n\n{details.strip()}\n\n{today}, {machine()}.\n\n```text\n{table}\n```\n"


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
