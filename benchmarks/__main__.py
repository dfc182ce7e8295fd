"""`make bench`: every benchmark, one after the other; each prints one table."""

from benchmarks import pipeline, state

if __name__ == "__main__":
    pipeline.main()
    state.main()
