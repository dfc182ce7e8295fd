"""What a person did wrong, said in one line."""


class UserError(Exception):
    """Something the person at the terminal can cure: the message names the thing, its value and the cure."""
