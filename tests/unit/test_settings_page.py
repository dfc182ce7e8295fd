"""docs/settings.md, and that no other name is written anywhere."""

import re
from pathlib import Path

import pytest

from touchstream.settings import ELSEWHERE, page, strangers, variables

ROOT = Path(__file__).parents[2]
TOLD = [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
USED = [
    *(ROOT / name for name in ("Makefile", "Dockerfile", "docker-compose.yml", "hatch_build.py", "pyproject.toml")),
    *(path for path in (ROOT / "docker").rglob("*") if path.is_file()),
    *ROOT.glob("dashboards/provisioning/**/*.yaml"),
    *(path for path in ROOT.glob("tests/*.py")),
    *(
        path
        for name in ("schemas", "sinks", "streams", "dashboards", "touchstream")
        for path in (ROOT / name).rglob("*.py")
    ),
]


def names(paths: list[Path]) -> set[str]:
    found = {name for path in paths for name in re.findall(r"TOUCHSTREAM_\w*[A-Z]\b", path.read_text(encoding="utf-8"))}
    return {name for name in found if name.isupper()}


def test_the_page_is_made_of_the_settings_as_they_are() -> None:
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == page(), "run `make generate`"


def test_every_setting_says_what_it_means() -> None:
    assert [each.name for each in variables() if len(each.about.split()) < 2] == []


@pytest.mark.parametrize("paths", [TOLD, USED], ids=["told", "used"])
def test_every_name_that_is_told_or_used_is_a_setting(paths: list[Path]) -> None:
    assert len(names(paths)) > 10
    assert names(paths) - {each.name for each in variables()} - ELSEWHERE.keys() == set()


def test_what_is_read_elsewhere_is_read_there() -> None:
    assert ELSEWHERE.keys() <= names([path for path in USED if path.name != "settings.py"])


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("TOUCHSTREAM_BROKER", "did you mean TOUCHSTREAM_BROKERS?"),
        ("TOUCHSTREAM_ROLES_ANALYST_SECONDS", "did you mean TOUCHSTREAM_ROLES_ANALYST__SECONDS?"),
        ("touchstream_state_dirs", "did you mean TOUCHSTREAM_STATE_DIR?"),
        ("TOUCHSTREAM_X", "docs/settings.md has those there are"),
    ],
)
def test_a_name_that_is_no_setting_is_told_the_nearest(name: str, cure: str) -> None:
    others = ["PATH", "TOUCHSTREAM_TLS", "touchstream_tls_ca", "TOUCHSTREAM_COMPILE"]
    assert list(strangers([*others, name])) == [f"{name} is set, but there is no such setting: {cure}"]
