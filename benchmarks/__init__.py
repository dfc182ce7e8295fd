"""One file a question. Run as `python -m benchmarks.NAME`; each starts its own broker and prints a table."""
