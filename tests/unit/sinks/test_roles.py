"""Roles on the real engine. It keeps no roles that SQL makes, so these come from a configuration file with the same rights."""

import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from sinks.client import connect
from sinks.errors import MigrationError, SettingsError
from sinks.layout import SHARDED_BY
from sinks.limits import RoleSettings
from sinks.meanings import columns_of
from sinks.migrate import ROLES, migrate, read_views, record
from sinks.personal import is_personal
from sinks.roles import Role, apply_roles, checksum, profile, role_statements, roles, roles_are_old
from sinks.settings import ClickHouseSettings
from sinks.tables import ALL
from sinks.writer import STORED_OF
from tests.clickhouse_fixtures import REAL_SERVER, ROOT, HostProcess, clickhouse_host
from tests.cookbook import recipes
from tests.unit.sinks.test_layout import GOLDEN, LAYOUTS
from tests.unit.sinks.view_cases import read_cases

__all__ = ["clickhouse_host"]
ALONE = LAYOUTS["one_node"]
SOURCES = {case.view: case.source for case in read_cases()}
REFUSED = re.compile("ACCESS_DENIED|READONLY")
EVERYTHING = "<access_management>1</access_management>"
ASKING = """
import json, sys
from chdb.state.sqlitelike import Connection
connection = Connection(sys.argv[1])
connection.query("USE touchstream")
def answer(statement):
    try:
        return connection.query(statement, "TSV").data()
    except Exception as error:
        return "refused: " + str(error)
json.dump([answer(each) for each in json.load(sys.stdin)], sys.stdout)
"""


class Site:
    """A folder of the engine with its users, as a configuration file tells them."""

    def __init__(self, folder: Path, wanted: RoleSettings) -> None:
        self.folder, self.wanted = folder, wanted
        self.roles = {role.name: role for role in roles(ALONE, wanted)}

    def config(self, name: str, default_user: str) -> Path:
        """Write a configuration in which whoever connects is this user."""
        granted = "".join(f"<{role.name}>{grants(role)}</{role.name}>" for role in self.roles.values())
        users = (
            f"<clickhouse><profiles><default/>{self._profiles()}</profiles><quotas><default/></quotas>"
            f"<roles>{granted}</roles><users><default><password/>{default_user}</default>"
            "<touchstream_views><no_password/><networks/><grants><query>GRANT SELECT ON touchstream.*</query></grants>"
            "</touchstream_views></users></clickhouse>"
        )
        (self.folder / f"{name}_users.xml").write_text(users)
        config = self.folder / f"{name}.xml"
        config.write_text(f"<clickhouse><users_config>{self.folder}/{name}_users.xml</users_config></clickhouse>")
        return config

    def _profiles(self) -> str:
        settings = {role.name: profile(role, ALONE) for role in self.roles.values() if role.limits}
        return "".join(
            f"<{name}>"
            + "".join(f"<{key}>{value.strip(chr(39))}</{key}>" for key, value in said.items())
            + f"</{name}>"
            for name, said in settings.items()
        )

    def ask(self, role: str, statements: list[str], rights: str = "") -> list[str]:
        """What a user with a role is answered."""
        limits = f"<profile>{role}</profile>" if self.roles[role].limits else ""
        config = self.config(role, f"{limits}<grants><query>GRANT {rights or role}</query></grants>")
        address = f"file:{self.folder}/data?config-file={config}"
        command = [sys.executable, "-c", ASKING, address]
        said = json.dumps(statements)
        abroad = {**os.environ, "TZ": "America/New_York"}
        done = subprocess.run(command, input=said, capture_output=True, text=True, check=True, cwd=ROOT, env=abroad)
        answers: list[str] = json.loads(done.stdout)
        return answers


def grants(role: Role) -> str:
    return "<grants>" + "".join(f"<query>GRANT {right}</query>" for right in role.rights) + "</grants>"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    wanted = RoleSettings.read()
    site = Site(tmp_path_factory.mktemp("roles"), wanted)
    with HostProcess(site.folder / "data", config=site.config("open", EVERYTHING)) as host:
        settings = ClickHouseSettings(url=f"{host.url}/touchstream")
        migrate(settings)
        client = connect(settings)
        record(client, ROLES, "as if there were some")
        client.command("ALTER TABLE schema_migrations DELETE WHERE name LIKE 'v_%' SETTINGS mutations_sync = 2")
        assert len(migrate(settings)) == len(read_views())  # remembers the roles: views get their definer
        client.command("INSERT INTO answers (event_id, comment, version) VALUES ('e', 'call me: 555-0100', 1)")
        client.close()
        host.stop()
    return site


def as_analyst(site: Site, *statements: str) -> list[str]:
    return site.ask("touchstream_analyst", list(statements), rights="touchstream_reader")


def test_an_analyst_reads_every_view_without_its_personal_columns(site: Site) -> None:
    public, personal = [], []
    for view in read_views():
        source = f"{SOURCES[view.name]}"
        columns = columns_of(view)
        hidden = [name for name in columns if is_personal(view.name, name)]
        public.append(f"SELECT {', '.join(name for name in columns if name not in hidden)} FROM {source}")  # noqa: S608
        personal += [f"SELECT {name} FROM {source}" for name in hidden]  # noqa: S608
        personal += [f"SELECT count() FROM {source} WHERE {name} = ''" for name in hidden]  # noqa: S608
    assert [each for each in zip(public, as_analyst(site, *public), strict=True) if "refused" in each[1]] == []
    answers = as_analyst(site, *personal)
    assert len(personal) > 20
    assert [each for each in zip(personal, answers, strict=True) if "ACCESS_DENIED" not in each[1]] == []


def test_an_analyst_may_ask_every_question_of_the_cookbook(site: Site) -> None:
    asked = [recipe.sql for recipe in recipes()]
    assert [each for each in zip(asked, as_analyst(site, *asked), strict=True) if "refused" in each[1]] == []


def counts(tables: Iterable[str]) -> list[str]:
    return [f"SELECT count() FROM {table}" for table in tables]  # noqa: S608


def test_an_analyst_sees_rows_through_a_view_but_no_table(site: Site) -> None:
    assert as_analyst(site, "SELECT event_id FROM v_answers") == ["e\n"]
    assert all("ACCESS_DENIED" in answer for answer in as_analyst(site, *counts(SHARDED_BY)))
    catalogue = [table.name for table in ALL if table.name not in SHARDED_BY]
    assert as_analyst(site, *counts(catalogue)) == ["0\n"] * len(catalogue)


def test_an_analyst_changes_nothing_and_reaches_no_further(site: Site) -> None:
    statements = [
        "INSERT INTO touchpoints (touchpoint) VALUES ('x')",
        "DROP VIEW v_answers",
        "ALTER TABLE answers DELETE WHERE 1",
        "CREATE TABLE mine (a UInt8) ENGINE = Memory",
        "SELECT * FROM file('/etc/hostname', 'LineAsString')",
        "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
        "SET readonly = 0",
    ]
    answers = as_analyst(site, *statements)
    assert [each for each in zip(statements, answers, strict=True) if not REFUSED.search(each[1])] == []


def test_too_large_an_answer_is_refused(site: Site) -> None:
    limits = site.wanted.analyst
    numbers = "SELECT {} FROM numbers({})".format
    fits, too_many, too_much = as_analyst(
        site,
        f"SELECT count() FROM ({numbers('number', limits.result_rows)})",  # noqa: S608
        numbers("number", limits.result_rows + 1),
        numbers("sum(number)", limits.read_rows + 1),
    )
    assert fits == f"{limits.result_rows}\n"
    assert "TOO_MANY_ROWS" in too_many
    assert "TOO_MANY_ROWS" in too_much


def test_a_worker_writes_every_table_and_reads_nothing_but_whose_partitions_have_events(site: Site) -> None:
    inserts = [f"INSERT INTO {table.name} ({table.names[0]}) SELECT 0" for table in ALL]
    assert [answer for answer in site.ask("touchstream_writer", inserts) if "refused" in answer] == []
    asked = STORED_OF.replace("{partition:UInt32}", "4711")
    assert site.ask("touchstream_writer", [asked]) == ["0\n"]
    reads = [*counts(["answers", "v_answers", "touchpoints"]), "SELECT journey_id FROM interactions"]
    assert all("ACCESS_DENIED" in answer for answer in site.ask("touchstream_writer", reads))


def test_the_engine_grants_what_was_meant(site: Site) -> None:
    """Rights come back from the engine as they went in."""
    names = [role.name for role in site.roles.values() if role.rights]
    right_to_look = "SHOW ACCESS ON *.*, SHOW DATABASES ON *.*"
    answers = site.ask("touchstream_analyst", [f"SHOW GRANTS FOR {name}" for name in names], rights=right_to_look)
    for name, said in zip(names, answers, strict=True):
        shown = {normal(line.removeprefix("GRANT ").removesuffix(f" TO {name}")) for line in said.splitlines()}
        meant = {normal(right) for right in site.roles[name].rights}
        if name.endswith("_admin"):  # the engine writes out what ALTER and its like consist of
            shown, meant = ({where for *_, where in each} for each in (shown, meant))
        assert shown == meant


def normal(right: str) -> tuple[str, ...]:
    what, _, where = right.replace("`", "").partition(" ON ")
    kind, _, columns = what.partition("(")
    return (kind, *sorted(columns.rstrip(")").split(", ")), where)


def test_old_roles_are_told_and_not_changed(tmp_path: Path) -> None:
    settings = ClickHouseSettings(url=f"chdb://{tmp_path}/chdb")
    client = connect(settings)
    migrate(settings)
    assert not roles_are_old(client, settings, RoleSettings())  # there are none
    record(client, ROLES, checksum(role_statements(settings, RoleSettings())))
    assert not roles_are_old(client, settings, RoleSettings())
    longer = RoleSettings().analyst.model_copy(update={"seconds": 90})
    assert roles_are_old(client, settings, RoleSettings(analyst=longer))
    client.close()


@pytest.mark.skipif(REAL_SERVER not in os.environ, reason=f"{REAL_SERVER} is not set")
def test_a_real_server_takes_the_roles_twice_and_hides_what_is_personal() -> None:
    name = f"test_{uuid.uuid4().hex}"
    settings = ClickHouseSettings(url=f"{os.environ[REAL_SERVER].rstrip('/')}/{name}")
    migrate(settings)
    made = apply_roles(settings, RoleSettings())
    assert apply_roles(settings, RoleSettings()) == made
    client = connect(settings)
    shown = [line for (line,) in client.query(f"SHOW GRANTS FOR {name}_reader").result_rows]
    assert not any("comment" in line for line in shown)
    assert len(shown) > len(read_views())
    for what in (*(f"ROLE {role}" for role in made), f"SETTINGS PROFILE {name}_analyst, {name}_grafana"):
        client.command(f"DROP {what}")
    client.command(f"DROP QUOTA {name}_analyst, {name}_grafana")
    client.command(f"DROP DATABASE {name}")
    client.command(f"DROP USER {name}_views")
    client.close()


@pytest.mark.parametrize("layout", ["one_node", "replicated_shards"])
def test_role_statements_are_those_that_were_looked_at(layout: str) -> None:
    golden = (GOLDEN / f"roles_{layout}.sql").read_text(encoding="utf-8")
    assert page(layout) == golden, "look at the difference, then run python -m tests.unit.sinks.test_roles"


def page(layout: str) -> str:
    return "".join(f"{each};\n\n" for each in role_statements(LAYOUTS[layout], RoleSettings()))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Client]:
    client = connect(ClickHouseSettings(url=f"chdb://{tmp_path}/chdb"))
    yield client
    client.close()


def test_the_engine_understands_every_statement(engine: Client) -> None:
    for settings in LAYOUTS.values():
        for statement in role_statements(settings, RoleSettings()):
            engine.query(f"EXPLAIN AST {statement}")


def test_the_embedded_engine_has_no_roles_and_says_so_in_a_line(tmp_path: Path, clickhouse_host: HostProcess) -> None:
    with pytest.raises(MigrationError, match=r"^chdb://.* is the embedded engine, which has no users and no roles"):
        apply_roles(ClickHouseSettings(url=f"chdb://{tmp_path}/chdb"), RoleSettings())
    settings = ClickHouseSettings(url=f"{clickhouse_host.url}/with_roles")
    migrate(settings)
    with pytest.raises(MigrationError, match=r"does not let default make roles: run it as a user with") as caught:
        apply_roles(settings, RoleSettings())
    assert "\n" not in str(caught.value)


def test_one_limit_may_be_set_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHSTREAM_ROLES_ANALYST__SECONDS", "120")
    changed, usual = RoleSettings.read(), RoleSettings()
    assert (changed.analyst.seconds, changed.analyst.read_rows) == (120, usual.analyst.read_rows)
    monkeypatch.setenv("TOUCHSTREAM_ROLES_ANALYST__SECONDS", "long")
    with pytest.raises(SettingsError, match=r"^TOUCHSTREAM_ROLES_ANALYST__SECONDS='long': "):
        RoleSettings.read()
    monkeypatch.setenv("TOUCHSTREAM_ROLES_ANALYST", "long")
    with pytest.raises(
        SettingsError, match=r'^TOUCHSTREAM_ROLES_\*: .*"analyst".*; set each variable of docs/settings'
    ):
        RoleSettings.read()


if __name__ == "__main__":
    for name in ("one_node", "replicated_shards"):
        (GOLDEN / f"roles_{name}.sql").write_text(page(name), encoding="utf-8")
