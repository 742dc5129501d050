"""`python -m manyo` is `manyo`."""

from manyo.cli import main

main()
