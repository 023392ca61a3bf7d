"""`python -m cli` is the program too."""

from cli.main import run

run()
