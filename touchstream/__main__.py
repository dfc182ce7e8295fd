"""`python -m touchstream` is the command `touchstream`."""

from touchstream.cli import main

main()
