"""Dashboards as code: small builders, SQL over views, and the classic Grafana JSON they are written to."""
