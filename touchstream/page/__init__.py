"""The local page: the boards of Grafana, from the same JSON and the same SQL, drawn in any browser."""
