"""Boards and alert rules into a running Grafana, through its HTTP interface."""
