"""The `touchstream` command: what people run."""
