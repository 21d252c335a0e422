"""`python -m provkit`."""

from provkit.cli import main

main()
