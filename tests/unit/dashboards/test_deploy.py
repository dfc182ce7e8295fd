"""`touchstream deploy-dashboards` against a stand-in for Grafana, through the command that people run."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.grafana import ADMIN, EDITOR, FakeGrafana
from touchstream.cli import cli

KIOSKS = """
touchpoints:
  - {id: kiosk_screen, name: Screen in the hall, channel: kiosk, category: physical, stage: awareness}
channels:
  - {id: kiosk, name: Kiosks}
thresholds: {unanswered: 77, warn_at: 0.55}
"""


@pytest.fixture
def grafana(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGrafana]:
    with FakeGrafana() as fake:
        monkeypatch.setenv("TOUCHSTREAM_GRAFANA_URL", fake.url)
        monkeypatch.setenv("TOUCHSTREAM_GRAFANA_TOKEN", ADMIN)
        monkeypatch.setenv("TOUCHSTREAM_GRAFANA_CLICKHOUSE_URL", "https://clickhouse.example:8443/touchstream")
        monkeypatch.setenv("TOUCHSTREAM_GRAFANA_CLICKHOUSE_PASSWORD", "secret of the reader")
        yield fake


def deploy(*options: str) -> Result:
    return CliRunner().invoke(cli, ["deploy-dashboards", *options])


def refused(*options: str) -> str:
    result = deploy(*options)
    assert result.exit_code == 2, result.output
    assert result.stderr.count("\n") == 1, "one line"
    assert "secret of the reader" not in result.stderr
    assert ADMIN not in result.stderr
    return result.stderr


def test_an_empty_grafana_gets_everything(grafana: FakeGrafana) -> None:
    result = deploy()
    assert result.exit_code == 0, result.output
    assert {uid: each["title"] for uid, each in grafana.folders.items()} == {
        "touchstream": "Touchstream",
        "touchstream-alerts": "Touchstream alerts",
    }
    assert grafana.datasources["clickhouse"]["jsonData"] == {
        "host": "clickhouse.example",
        "port": 8443,
        "protocol": "http",
        "secure": True,
        "username": "grafana_reader",
        "defaultDatabase": "touchstream",
    }
    assert grafana.datasources["clickhouse"]["secureJsonData"] == {"password": "secret of the reader"}
    assert {"touchstream-overview", "touchstream-runbooks"} <= grafana.boards.keys()
    rules = [rule for group in grafana.groups.values() for rule in group["rules"]]
    assert {rule["uid"] for rule in rules} >= {"touchstream-lag", "touchstream-wait-breached"}
    assert {rule["folderUID"] for rule in rules} == {"touchstream-alerts"}


def test_boards_have_the_channels_and_limits_of_the_catalogue_that_is_set(
    grafana: FakeGrafana, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    catalogue = tmp_path / "kiosks.yaml"
    catalogue.write_text(KIOSKS)
    monkeypatch.setenv("TOUCHSTREAM_CATALOGUE", str(catalogue))
    assert deploy().exit_code == 0
    deployed = {uid: json.dumps(board["versions"][-1]["data"]) for uid, board in grafana.boards.items()}
    overview, response = deployed["touchstream-overview"], deployed["touchstream-response"]
    assert '"options": "/^kiosk' in overview
    assert '"options": "/^phone' not in overview
    assert '"value": 77' in overview, "unanswered conversations"
    assert '"value": 0.55' in response, "the part of a target at which a wait warns"


def test_a_catalogue_that_is_not_there_is_told(grafana: FakeGrafana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHSTREAM_CATALOGUE", "nowhere.yaml")
    assert "nowhere.yaml: there is no such file; set TOUCHSTREAM_CATALOGUE" in refused()
    assert grafana.changed == []


def test_an_answer_without_a_word_is_a_yes(grafana: FakeGrafana) -> None:
    grafana.silent = True
    assert deploy().exit_code == 0
    assert len(grafana.groups) == 5


def test_running_it_again_changes_nothing(grafana: FakeGrafana) -> None:
    deploy()
    grafana.asked.clear()
    result = deploy()
    assert (grafana.changed, result.output) == ([], "Everything is current.\n")


def test_a_dry_run_tells_and_changes_nothing(grafana: FakeGrafana) -> None:
    result = deploy("--dry-run")
    assert grafana.changed == []
    assert "new: folder 'Touchstream'" in result.output
    assert result.output.endswith("nothing was changed (--dry-run).\n")


def test_what_differs_is_told_and_put_right(grafana: FakeGrafana) -> None:
    deploy()
    grafana.groups["Touchstream: pipeline"]["rules"][0]["for"] = "1h"
    grafana.datasources["clickhouse"]["jsonData"]["port"] = 1
    grafana.folders["touchstream"]["title"] = "Ours"
    said = deploy("--dry-run").output
    assert 'rules[0].for: "1h" -> "2m"' in said
    assert "jsonData.port: 1 -> 8443" in said
    assert 'title: "Ours" -> "Touchstream"' in said
    assert deploy().output.endswith("3 changed.\n")
    assert deploy().output == "Everything is current.\n"


def test_a_board_of_an_earlier_release_is_replaced(grafana: FakeGrafana) -> None:
    deploy()
    newest = grafana.boards["touchstream-overview"]["versions"][-1]
    newest["message"] = "touchstream deploy-dashboards 0123456789abcdef"
    newest["data"]["title"] = "Old"
    result = deploy()
    assert 'title: "Old" -> "Overview"' in result.output
    assert len(grafana.boards["touchstream-overview"]["versions"]) == 2


def test_a_board_that_somebody_has_changed_is_not_lost(grafana: FakeGrafana) -> None:
    deploy()
    grafana.edit("touchstream-overview", "Anna's overview")
    assert "was changed by hand: version 2, by anna" in refused()
    assert len(grafana.boards["touchstream-overview"]["versions"]) == 2
    assert deploy("--overwrite").exit_code == 0
    assert grafana.boards["touchstream-overview"]["versions"][-1]["data"]["title"] == "Overview"


def test_a_change_in_the_same_moment_is_not_lost_either(grafana: FakeGrafana) -> None:
    deploy()
    grafana.boards["touchstream-overview"]["versions"][-1]["message"] = "touchstream deploy-dashboards earlier"

    def save_first(asked: str) -> None:
        if asked == "POST /grafana/api/dashboards/db":
            grafana.edit("touchstream-overview", "Anna's overview")

    grafana.before = save_first
    message = refused("--overwrite")
    assert "412 'The dashboard has been changed by someone else'; somebody else has changed it meanwhile" in message


def test_the_password_of_a_data_source_is_sent_once(grafana: FakeGrafana) -> None:
    deploy()
    del grafana.datasources["clickhouse"]["secureJsonData"]["password"]
    assert "password: not set -> set" in deploy().output
    assert grafana.datasources["clickhouse"]["secureJsonData"] == {"password": "secret of the reader"}


def test_an_editor_deploys_without_the_data_source(grafana: FakeGrafana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHSTREAM_GRAFANA_TOKEN", EDITOR)
    assert "give it the role Admin, or Editor and --no-datasource" in refused()
    assert deploy("--no-datasource").exit_code == 0
    assert grafana.datasources == {}


def test_a_wrong_token_is_told(grafana: FakeGrafana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHSTREAM_GRAFANA_TOKEN", "glsa_old")
    assert "401 'Invalid API key'; TOUCHSTREAM_GRAFANA_TOKEN is missing, wrong or has expired" in refused()
    monkeypatch.delenv("TOUCHSTREAM_GRAFANA_TOKEN")
    assert "TOUCHSTREAM_GRAFANA_TOKEN is not set" in refused()


def test_a_token_may_end_as_lines_of_a_file_do(grafana: FakeGrafana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHSTREAM_GRAFANA_TOKEN", f"{ADMIN}\n")
    assert deploy("--dry-run").exit_code == 0


def test_an_address_without_the_path_of_grafana_is_told(grafana: FakeGrafana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHSTREAM_GRAFANA_URL", grafana.url.removesuffix("/grafana"))
    assert "check TOUCHSTREAM_GRAFANA_URL, with its path" in refused()


def test_a_server_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHSTREAM_GRAFANA_TOKEN", ADMIN)
    monkeypatch.setenv("TOUCHSTREAM_GRAFANA_URL", "http://127.0.0.1:9")
    assert "Grafana at http://127.0.0.1:9: nothing answers there; set TOUCHSTREAM_GRAFANA_URL" in refused()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((200, "<html>Sign in</html>"), "answers with a page, not with data"),
        (
            (502, "<h1>Bad Gateway, no message</h1>"),
            "502 '<h1>Bad Gateway, no message</h1>'; look at the log of Grafana",
        ),
        ((500, None), "500 ''; look at the log of Grafana"),
    ],
)
def test_what_is_no_answer_of_grafana_is_told(grafana: FakeGrafana, answer: tuple[int, object], told: str) -> None:
    grafana.broken = answer
    assert told in refused()


def test_what_comes_from_files_is_left_to_the_files(grafana: FakeGrafana) -> None:
    deploy()
    grafana.boards["touchstream-overview"] |= {"file": True}
    grafana.boards["touchstream-overview"]["versions"][-1]["message"] = "touchstream deploy-dashboards earlier"
    assert "400 'Cannot save provisioned dashboard'; this Grafana has it from files, which win" in refused()
    grafana.boards.clear()
    grafana.group_files, grafana.groups = True, {}
    assert "409 \"cannot change provenance from 'file' to ''\"; this Grafana has it from files, which win" in refused()


def test_another_folder_of_that_name_is_told(grafana: FakeGrafana) -> None:
    grafana.folders["else"] = {"uid": "else", "title": "Touchstream", "version": 1}
    assert "409 'a folder with the same name already exists" in refused()


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("URL", "grafana:3000", "TOUCHSTREAM_GRAFANA_URL: grafana:3000 is no address"),
        (
            "CLICKHOUSE_URL",
            "chdb://memory",
            "TOUCHSTREAM_GRAFANA_CLICKHOUSE_URL: Grafana needs a server. Expected: http(s)://host",
        ),
        ("TIMEOUT_S", "soon", "TOUCHSTREAM_GRAFANA_TIMEOUT_S='soon': "),
        ("TOKEN", "glsa_a\nb", "TOUCHSTREAM_GRAFANA_TOKEN: it has a space, a line break or a letter that no token has"),
        (
            "TOKEN",
            "glsa_\u20ac",
            "TOUCHSTREAM_GRAFANA_TOKEN: it has a space, a line break or a letter that no token has",
        ),
        ("CLICKHOUSE_URL", "nope", "TOUCHSTREAM_GRAFANA_CLICKHOUSE_URL: nope is not an address"),
    ],
)
def test_a_bad_setting_is_told(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str) -> None:
    monkeypatch.setenv(f"TOUCHSTREAM_GRAFANA_{variable}", value)
    assert told in refused()


@pytest.mark.parametrize("url", ["admin:hush@grafana", "http://admin:hush/hush@grafana", "http://admin:hush@[::1"])
def test_a_password_in_a_bad_address_is_not_repeated(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("TOUCHSTREAM_GRAFANA_URL", url)
    said = refused()
    assert "is no address" in said
    assert "hush" not in said
