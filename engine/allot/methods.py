"""The methods by their names, which are also words of the command."""

from __future__ import annotations

from enum import StrEnum


class Method(StrEnum):
    """From the one that favours the small most to the one that favours the large; `remainder` stands apart."""

    REMAINDER = "remainder"
    ADAMS = "adams"
    DEAN = "dean"
    HILL = "hill"
    WEBSTER = "webster"
    JEFFERSON = "jefferson"
