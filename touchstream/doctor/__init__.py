"""Whether everything is there and fits together: one finding a line, with the cure."""
