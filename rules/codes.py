"""The register of diagnostic codes. A code is stable for ever; docs/diagnostics has one page for each, run by the tests.

DX0xx files, DX1xx the shape of a contract, DX2xx its meaning, DX3xx lints (warnings), DX4xx safeguards,
DX5xx workbooks and tables, DX6xx the year's records against the contract, DX7xx running and the workspace.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Severity(IntEnum):
    """`ERROR` stops the command with exit 2; `WARNING` is shown and the work goes on."""

    ERROR = 0
    WARNING = 1


class Code(NamedTuple):
    """A kind of fault: how grave, and its name in a few words (the English is the catalogue's msgid)."""

    severity: Severity
    title: str


def _error(title: str) -> Code:
    return Code(Severity.ERROR, title)


def _warning(title: str) -> Code:
    return Code(Severity.WARNING, title)


CODES: dict[str, Code] = {
    # files
    "DX001": _error("file not found or not readable"),
    "DX002": _error("not UTF-8 text"),
    "DX003": _error("larger than the limit"),
    "DX004": _error("not YAML"),
    "DX005": _error("key given twice"),
    "DX006": _error("YAML feature that a contract may not use"),
    # shape of a contract
    "DX100": _error("wrong value"),
    "DX101": _error("unknown key"),
    "DX102": _error("missing key"),
    "DX103": _error("not one of the known words"),
    "DX104": _error("unknown scoring method"),
    "DX105": _error("unknown condition"),
    "DX106": _error("not an exact quantity"),
    "DX107": _error("not an identifier"),
    "DX108": _error("not a date, a year or a period"),
    "DX109": _error("list too short or too long"),
    # the year's records against the contract
    "DX601": _error("value not reported"),
    "DX602": _error("some periods not reported"),
    "DX603": _error("no target for the party"),
    "DX604": _error("no value of the year before"),
    "DX605": _error("mark outside the points"),
    "DX606": _error("ratio without its counts"),
    "DX607": _error("nothing to count"),
    "DX608": _error("target that cannot be used"),
    "DX609": _error("value in no band"),
    "DX610": _error("too few items scored"),
    "DX611": _error("nothing left to score"),
    "DX612": _error("linked contract not given"),
    "DX613": _error("cadre answers for no party"),
    "DX614": _error("contract of another year"),
    "DX615": _error("contract given twice"),
    "DX616": _error("capped grade unknown to the cadres' contract"),
    # running
    "DX710": _error("rule engine not available"),
}
