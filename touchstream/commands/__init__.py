"""The commands, one module each; every module has its `command`. Only `moment` has none: it reads times, durations and rates."""
