"""What can be wrong with a design of a board."""


class DesignError(Exception):
    """A design names something that is not there; mend it where the message points."""
