"""The commands, one module each; every module has its `command`. Only `moment` has none: times and durations as people write them."""
