"""A page that is served, and a real Chromium that looks at it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from dashboards.alerts.files import DASHBOARDS
from schemas.durations import DAY_MS
from sinks.settings import ClickHouseSettings
from tests.clickhouse_fixtures import DemoClickHouse, demo_clickhouse
from tests.conftest import CI
from tests.demo_data import END
from tests.integration.page import sampler
from tests.integration.page.door import Door

ROOT = Path(__file__).parents[3]
ARTIFACTS = ROOT / "artifacts"
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
END_MS = int(END.timestamp() * 1000)
__all__ = ["demo_clickhouse"]


@dataclass
class Served:
    """A page server in a process of its own, and the door between it and ClickHouse."""

    url: str
    door: Door
    clickhouse: DemoClickHouse


@pytest.fixture(scope="package")
def served(demo_clickhouse: DemoClickHouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    boards = tmp_path_factory.mktemp("boards")
    for path in (DASHBOARDS / "boards").glob("*.json"):
        shutil.copy(path, boards)
    (boards / "sampler.json").write_text(json.dumps(sampler.board()))
    target: Any = ClickHouseSettings(url=demo_clickhouse.url).target
    door = Door(target.port)
    address = f"http://127.0.0.1:{door.port}/{target.database}"
    command = [sys.executable, "-m", "touchstream", "page", "--port", "0", "--boards", str(boards)]
    environment = {**os.environ, "TOUCHSTREAM_CLICKHOUSE_URL": address, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
    assert found
    yield Served(found[0], door, demo_clickhouse)
    process.terminate()
    process.communicate(timeout=20)
    door.shut()


@pytest.fixture(scope="package")  # no longer: as long as it is there, no test of this process can run a loop
def browser(served: Served) -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        reason = f"none of {', '.join(NAMES)} is installed; `make browser` installs it"
        if CI:
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """One visitor: a window, what its console said and whom it asked."""

    page: Page
    served: Served
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open(self, uid: str, **query: Any) -> None:
        """Show a board over the last two weeks of the demo data, and wait until it is drawn."""
        query = {"from": END_MS - 14 * DAY_MS, "to": END_MS, "refresh": "", **query}
        self.page.goto(f"{self.served.url}/d/{uid}?{urlencode(query, doseq=True)}")
        self.drawn()

    def drawn(self, times: int = 1) -> None:
        """Wait until the board has been drawn that often since it was opened."""
        self.page.wait_for_function(
            "times => Number(document.getElementById('board').dataset.drawn ?? 0) >= times"
            " && document.querySelectorAll('.panel[aria-busy=true]').length === 0",
            arg=times,
        )

    def times_drawn(self) -> int:
        return int(self.page.evaluate("Number(document.getElementById('board').dataset.drawn ?? 0)"))

    def texts(self, selector: str) -> list[str]:
        return self.page.locator(selector).all_inner_texts()

    def panel(self, number: int, selector: str = "") -> str:
        """Return the text of one place in a panel."""
        return self.page.locator(f"#panel-{number} {selector}".strip()).first.inner_text()

    def assert_quiet(self) -> None:
        """No error and no warning on the console, and nobody asked but the page's own server."""
        assert self.said == []
        assert {url for url in self.asked if not url.startswith((self.served.url, "data:"))} == set()


@pytest.fixture(scope="package")
def window(browser: Browser) -> BrowserContext:
    """One profile for all visits: files that it has loaded it need not load again."""
    context = browser.new_context(timezone_id="Europe/Berlin")
    context.set_default_timeout(30_000)
    return context


@pytest.fixture
def visit(window: BrowserContext, served: Served) -> Iterator[Visit]:
    page = window.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    visitor = Visit(page, served)

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            visitor.said.append(message.text)

    def asked(request: Request) -> None:
        visitor.asked.append(request.url)

    page.on("console", heard)
    page.on("request", asked)
    page.on("pageerror", lambda error: visitor.said.append(str(error)))
    yield visitor
    page.close()
