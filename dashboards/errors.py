"""What can be wrong with boards and alert rules, as designed and as brought into Grafana."""


class DashboardError(Exception):
    """Base of everything dashboards raise on purpose; the message names the thing and the cure."""


class DesignError(DashboardError):
    """A design names something that is not there; mend it where the message points."""
