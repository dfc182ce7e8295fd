"""`make bench`: every benchmark in a process of its own, one after the other; each prints one table."""

import subprocess
import sys

QUESTIONS = ("benchmarks.pipeline", "benchmarks.state", "benchmarks.recovery", "benchmarks.transport")

if __name__ == "__main__":
    for module in QUESTIONS:
        print(f"\n== {module}", flush=True)
        subprocess.run([sys.executable, "-m", module], check=True)
