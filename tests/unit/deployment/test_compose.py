"""The compose stack cannot be started here, so that everything in it which must agree is compared."""

import re
import stat
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from clickhouse_connect.driver.client import Client
from compose_spec import PyCompose

from dashboards.alerts.rule import DATASOURCE_UID
from dashboards.board import PLUGIN
from dashboards.choices import DATASOURCE_TYPE
from dashboards.deploy.wanted import BOARDS, DATASOURCE_NAME
from dashboards.settings import GrafanaSettings
from sinks.limits import RoleSettings
from sinks.roles import roles
from sinks.settings import ClickHouseSettings
from streams.settings import Settings
from tests.clickhouse_fixtures import embedded, migrated
from tests.unit.deployment.compose import (
    COMPOSE,
    DOCKERFILE,
    ENV,
    ENV_TEXT,
    ONE_SHOT,
    OURS,
    ROOT,
    SERVICES,
    TEXT,
    VARIABLE,
    environment,
    mounts,
)
from touchstream.cli import cli

__all__ = ["embedded", "migrated"]

PROVISIONING = ROOT / "dashboards" / "provisioning"
DEPLOYING = (ROOT / "docs" / "deploying.md").read_text()
OURS_RUNNING = sorted(name for name, service in SERVICES.items() if service["image"] == OURS)
ALL = sorted(SERVICES)


def provisioned(path: str) -> Any:
    return yaml.safe_load((PROVISIONING / path).read_text())


def test_the_file_follows_the_specification() -> None:
    PyCompose.from_yaml(yaml.safe_dump(COMPOSE)).validate()
    broken = {**COMPOSE, "services": {"kafka": {**SERVICES["kafka"], "health_check": {}}}}
    with pytest.raises(ValueError, match="health_check"):
        PyCompose.from_yaml(yaml.safe_dump(broken))


def test_every_variable_is_in_env_and_every_one_there_is_used() -> None:
    assert {found[0] for found in VARIABLE.findall(TEXT)} == ENV.keys()


def test_no_password_stands_in_the_file() -> None:
    for found in re.finditer(r"^ *(\w*(?:PASSWORD|SECRET)\w*): *(.*)$", TEXT, re.MULTILINE):
        assert re.fullmatch(r"\$\{\w+:(?:\?run make env first|-)\}", found[2]), found[0]


def test_env_has_secrets_of_its_own_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    import runpy

    module = runpy.run_path(str(ROOT / "docker" / "env.py"))
    path = tmp_path / ".env"
    module["main"](path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first = path.read_text()
    assert "stays as it is" in module["main"](path)
    assert path.read_text() == first
    secrets = [value for name, value in ENV.items() if name.startswith(("CLICKHOUSE", "GRAFANA", "KAFKA"))]
    assert len(set(secrets)) == len(secrets) == 5
    assert not set(secrets) & set(re.findall(r"=(.+)", first)), "every file has new ones"
    assert len(ENV["KAFKA_CLUSTER_ID"]) == 22
    assert all(re.fullmatch(r"[0-9a-f]{48}", value) for name, value in ENV.items() if "CLICKHOUSE" in name)
    assert ".env" in (ROOT / ".gitignore").read_text().split()
    assert ENV_TEXT.startswith("# Written by `make env`")


@pytest.mark.parametrize("name", ALL)
def test_a_service_is_kept_small(name: str) -> None:
    service = SERVICES[name]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["cap_drop"] == ["ALL"]
    assert {"cpus", "memory"} == service["deploy"]["resources"]["limits"].keys()
    assert service["image"] == OURS or re.fullmatch(r"[\w/-]+:\d+\.\d+(?:\.\d+)?", service["image"]), "a version"
    if service["image"] != OURS:
        assert int(service["user"].partition(":")[0]) > 0
    if name in ONE_SHOT:
        assert service["healthcheck"] == {"disable": True}
    elif service["image"] != OURS:
        assert service["healthcheck"]["test"][0] == "CMD"


def test_only_this_machine_reaches_it() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"grafana": ["127.0.0.1:3000:3000"], "kafka": ["127.0.0.1:9094:9094"]}
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert [name for name in ALL if "outside" in SERVICES[name]["networks"]] == sorted(published)


def test_kafka_sends_programs_of_this_machine_where_it_listens() -> None:
    kafka = environment("kafka")
    listens = dict(each.split("://:") for each in kafka["KAFKA_LISTENERS"].split(","))
    told = dict(each.split("://") for each in kafka["KAFKA_ADVERTISED_LISTENERS"].split(","))
    protocols = dict(each.split(":") for each in kafka["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(","))
    assert listens.keys() == protocols.keys() == {*told, "CONTROLLER"}
    assert all(address.endswith(f":{listens[name]}") for name, address in told.items())
    assert SERVICES["kafka"]["ports"] == [f"{told['EXTERNAL']}:{listens['EXTERNAL']}"]
    assert f"TOUCHSTREAM_BROKERS={told['EXTERNAL']}" in DEPLOYING


@pytest.mark.parametrize("name", OURS_RUNNING)
def test_what_a_command_writes_outlives_its_container(name: str) -> None:
    image = DOCKERFILE.rpartition("\nFROM ")[2]
    [folder] = re.findall(r"^WORKDIR (\S+)$", image, re.MULTILINE)
    assert mounts(name)[folder] in COMPOSE["volumes"]
    assert not [each for each in SERVICES[name]["tmpfs"] if folder.startswith(each.partition(":")[0])], (
        "hidden by memory"
    )
    [user] = re.findall(r"^USER (\d+)$", image, re.MULTILINE)
    made = (
        f"--uid {user} --home-dir {folder} --create-home"  # a new volume belongs to whom its folder in the image does
    )
    assert made in image
    assert environment(name)["TOUCHSTREAM_STATE_DIR"].startswith(f"{folder}/")


@pytest.mark.parametrize("name", OURS_RUNNING)
def test_a_command_ends_when_docker_tells_it_to(name: str) -> None:
    assert SERVICES[name]["init"], "as the first process it would hear no SIGTERM while it starts"


@pytest.mark.parametrize("name", OURS_RUNNING)
def test_settings_of_a_service_are_known_and_make_sense(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in environment(name).items():
        monkeypatch.setenv(variable, value)
    monkeypatch.chdir("/")
    settings, clickhouse = Settings.read(), ClickHouseSettings.read()
    fields = {f"TOUCHSTREAM_{field.upper()}" for field in type(settings).model_fields}
    fields |= {f"TOUCHSTREAM_CLICKHOUSE_{field.upper()}" for field in ClickHouseSettings.model_fields}
    assert environment(name).keys() <= fields
    kafka = environment("kafka")
    assert f"PLAINTEXT://{settings.brokers}" in kafka["KAFKA_ADVERTISED_LISTENERS"].split(",")
    assert f":{settings.brokers.split(':')[1]}," in kafka["KAFKA_LISTENERS"]
    assert settings.replication == int(kafka["KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR"])
    assert clickhouse.target.host in SERVICES
    assert clickhouse.database == environment("clickhouse")["CLICKHOUSE_DB"]
    assert str(settings.catalogue) in mounts(name)
    assert str(settings.state_dir).startswith("/var/lib/touchstream/")


def test_everybody_logs_in_with_the_password_the_server_knows() -> None:
    server, users = environment("clickhouse"), environment("users")
    assert (server["CLICKHOUSE_USER"], server["CLICKHOUSE_PASSWORD"]) == (users["ADMIN_USER"], users["ADMIN_PASSWORD"])
    for service, prefix in (("migrate", "ADMIN"), ("worker", "WORKER")):
        of = environment(service)
        assert of["TOUCHSTREAM_CLICKHOUSE_USER"] == users[f"{prefix}_USER"]
        assert of["TOUCHSTREAM_CLICKHOUSE_PASSWORD"] == users[f"{prefix}_PASSWORD"]
    grafana = environment("grafana")
    assert grafana["TOUCHSTREAM_GRAFANA_CLICKHOUSE_USER"] == users["GRAFANA_USER"]
    assert grafana["TOUCHSTREAM_GRAFANA_CLICKHOUSE_PASSWORD"] == users["GRAFANA_PASSWORD"]
    assert GrafanaSettings.model_fields["clickhouse_user"].default == users["GRAFANA_USER"]
    passwords = [users[f"{each}_PASSWORD"] for each in ("ADMIN", "WORKER", "GRAFANA")]
    assert len({*passwords, grafana["GF_SECURITY_ADMIN_PASSWORD"]}) == 4


def test_users_get_roles_that_migrate_makes(migrated: Client) -> None:
    users = environment("users")
    script = (ROOT / "docker" / "clickhouse" / "users.sh").read_text()
    sql = script.partition("<<SQL\n")[2].partition("SQL\n")[0]
    filled = re.sub(r"\$\{?(\w+)\}?", lambda found: users[found[1]], sql)
    database = ClickHouseSettings(url=environment("worker")["TOUCHSTREAM_CLICKHOUSE_URL"])
    made = {role.name for role in roles(database, RoleSettings.read())}
    granted = dict(re.findall(r"GRANT (\w+) TO (\w+)", filled))
    assert granted == {"touchstream_writer": users["WORKER_USER"], "touchstream_grafana": users["GRAFANA_USER"]}
    assert granted.keys() <= made
    for statement in filter(str.strip, filled.split(";")):
        migrated.query(f"EXPLAIN AST {statement}")
    assert set(re.findall(r"\$\{?([A-Z_]+)\}?", script)) == users.keys(), "every variable is set, and used"
    assert "--roles" in SERVICES["migrate"]["command"]


def test_grafana_finds_what_its_files_name() -> None:
    grafana = environment("grafana")
    text = "".join(path.read_text() for path in PROVISIONING.glob("*/*.yaml") if path.name != "rules.yaml")
    named = set(re.findall(r"\$(TOUCHSTREAM_\w+)", text))
    assert named == {name for name in grafana if name.startswith("TOUCHSTREAM_")}
    [datasource] = provisioned("datasources/clickhouse.yaml")["datasources"]
    assert (datasource["uid"], datasource["type"]) == (DATASOURCE_UID, DATASOURCE_TYPE)
    assert datasource["name"] == DATASOURCE_NAME
    target = ClickHouseSettings(url=environment("worker")["TOUCHSTREAM_CLICKHOUSE_URL"]).target
    told = [grafana[f"TOUCHSTREAM_GRAFANA_CLICKHOUSE_{name}"] for name in ("HOST", "PORT", "DATABASE")]
    assert told == [target.host, str(target.port), target.database]
    assert grafana["GF_PLUGINS_PREINSTALL_SYNC"] == f"{DATASOURCE_TYPE}@{PLUGIN}"


def test_grafana_reads_boards_where_they_are_mounted() -> None:
    [provider] = provisioned("dashboards/touchstream.yaml")["providers"]
    assert (provider["folderUid"], provider["folder"]) == (BOARDS["uid"], BOARDS["title"])
    inside = mounts("grafana")
    assert inside["/etc/grafana/provisioning"] == "./dashboards/provisioning"
    folders = {target: source for target, source in inside.items() if target.startswith(provider["options"]["path"])}
    assert sorted(folders.values()) == ["./dashboards/boards", "./dashboards/runbooks"]
    folder, name = environment("grafana")["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"].rsplit("/", 1)
    assert (ROOT / folders[folder] / name).exists()


def test_every_mount_is_there_and_every_volume_is_declared() -> None:
    for name in ALL:
        for source in mounts(name).values():
            assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"], source


@pytest.mark.parametrize("name", OURS_RUNNING)
def test_commands_and_their_options_exist(name: str) -> None:
    command, *options = SERVICES[name]["command"]
    found = cli.get_command(click.Context(cli), command)
    assert found is not None
    found.make_context(command, list(options))


def test_services_wait_for_what_they_need() -> None:
    waits = {name: service.get("depends_on", {}) for name, service in SERVICES.items()}
    assert all(service in SERVICES for each in waits.values() for service in each)
    for each in waits.values():
        for service, condition in each.items():
            ends = service in ONE_SHOT
            assert condition == {"condition": "service_completed_successfully" if ends else "service_healthy"}
    assert waits["worker"].keys() == waits["grafana"].keys() == {"users"}


def test_the_image_knows_where_its_health_is_told() -> None:
    port = environment("worker")["TOUCHSTREAM_METRICS_PORT"]
    assert f"http://127.0.0.1:{port}/live" in DOCKERFILE
    assert "self._live" in (ROOT / "streams" / "watch" / "server.py").read_text()
