"""The host of the embedded engine with a configuration file of a server: clusters, macros, users, roles.

Run as `python -m tests.configured_host CONFIG --path DIR --port N`.
"""

import sys
from typing import Any

from chdb.state.sqlitelike import Connection

from sinks import host
from sinks.host_engine import Engine


class ConfiguredEngine(Engine):
    """The engine as a server's configuration file wants it."""

    config = ""

    def _open(self) -> Any:
        return Connection(f"file:{self._path}?config-file={self.config}")


if __name__ == "__main__":
    ConfiguredEngine.config = sys.argv.pop(1)
    host.Engine = ConfiguredEngine  # type: ignore[misc]
    sys.exit(host.main())
