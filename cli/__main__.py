"""`python -m cli` is `footnote`."""

from cli import main

main()
