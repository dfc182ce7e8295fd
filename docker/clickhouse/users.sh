#!/bin/sh
# Users of the roles that `touchstream migrate --roles` makes. Run again, it gives them today's passwords.
set -eu
clickhouse-client --host clickhouse --user "$ADMIN_USER" --password "$ADMIN_PASSWORD" --multiquery <<SQL
CREATE USER IF NOT EXISTS $WORKER_USER;
ALTER USER $WORKER_USER IDENTIFIED WITH sha256_password BY '$WORKER_PASSWORD';
GRANT ${DATABASE}_writer TO $WORKER_USER;
CREATE USER IF NOT EXISTS $GRAFANA_USER;
ALTER USER $GRAFANA_USER IDENTIFIED WITH sha256_password BY '$GRAFANA_PASSWORD';
GRANT ${DATABASE}_grafana TO $GRAFANA_USER;
SQL
echo "users $WORKER_USER and $GRAFANA_USER are ready"
