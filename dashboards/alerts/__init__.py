"""Alert rules of Grafana over the views, their contact points and policy; `python -m dashboards.alerts` writes the files."""
