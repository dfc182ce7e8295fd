"""Write `.env` for docker-compose.yml: a secret of its own for every password, readable by its owner only.

Run as `python3 docker/env.py`, which `make env` does. A file that is there is left alone.
"""

import base64
import os
import secrets
import sys
import uuid
from pathlib import Path

TEXT = """\
# Written by `make env`. Keep it to yourself; docker-compose.yml reads it.
CLICKHOUSE_ADMIN_PASSWORD={admin}
CLICKHOUSE_WORKER_PASSWORD={worker}
CLICKHOUSE_GRAFANA_PASSWORD={reader}
GRAFANA_ADMIN_PASSWORD={grafana}
KAFKA_CLUSTER_ID={cluster}

# Where alerts go. Nothing arrives until you name your own.
ALERT_WEBHOOK_URL=http://nobody.invalid/
ALERT_EMAIL=nobody@example.invalid
SMTP_ENABLED=false
SMTP_HOST=localhost:25
SMTP_USER=
SMTP_PASSWORD=
SMTP_FROM=touchstream@example.invalid
"""


def text() -> str:
    """Fill in new secrets: hexadecimal, so that no shell and no SQL stumbles over them."""
    names = ("admin", "worker", "reader", "grafana")
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return TEXT.format(**{name: secrets.token_hex(24) for name in names}, cluster=cluster)


def main(path: Path) -> str:
    """Write the file unless it is there; say what was done."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return f"{path} is there already and stays as it is; remove it for new secrets"
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text())
    return f"{path} written, with new secrets"


if __name__ == "__main__":
    sys.stdout.write(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".env")) + "\n")
