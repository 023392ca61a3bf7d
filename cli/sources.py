"""Where a command's contracts and records come from: a workspace, or plain files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from cli.desk import Desk
from rules.diagnostic import Diagnostic, Span, Text, refuse, refuse_if_any, say
from rules.period import Cadence, Period, parse_date, parse_period
from rules.quantity import NotExact

if TYPE_CHECKING:
    from rules.load import Loaded
    from targets.snapshot import Snapshot
    from targets.workspace import Workspace

WORKSPACE = Path("duixian-workspace")


@dataclass(frozen=True, slots=True)
class Year:
    """What an assessment needs: the contracts as loaded, and the year's records."""

    contracts: tuple[Loaded, ...]
    snapshot: Snapshot
    workspace: Workspace | None = None
    batch: int = 0


def load(
    desk: Desk, contracts: Sequence[Path] | None, files: Mapping[str, Path | None], folder: Path,
    through: str | None, as_of: str | None, *, to_write: bool = False,
) -> Year:  # fmt: skip
    """From plain files when any is named, else from the workspace. Raises Refused."""
    named = {name: path for name, path in files.items() if path is not None}
    if named:
        return _from_files(desk, contracts, named, through)
    from targets.workspace import open_workspace

    workspace = open_workspace(folder, to_write=to_write)
    loaded = load_and_note(desk, contracts or workspace.contract_files())
    if not loaded:
        _refuse_option(str(workspace.contracts_folder), say("no contract"), say("at least one contract file"))
    return of_workspace(workspace, loaded, through, as_of)


def _from_files(desk: Desk, contracts: Sequence[Path] | None, files: Mapping[str, Path], through: str | None) -> Year:
    from targets.intake import read_csv_tables
    from targets.snapshot import Records, Snapshot

    loaded, last = contracts_for_files(desk, contracts, files, through)
    warnings: list[Diagnostic] = []
    contracts_read = [one.contract for one in loaded]
    records = read_csv_tables(files, contracts_read, Records(), on_warning=warnings.append)
    desk.show_warnings(warnings)
    return Year(loaded, Snapshot(last.year, records, last.last_month, last.ends))


def contracts_for_files(
    desk: Desk, contracts: Sequence[Path] | None, files: Mapping[str, Path], through: str | None
) -> tuple[tuple[Loaded, ...], Period]:
    """The contracts in force for plain files, and the last period that is due. Raises Refused."""
    for needed in ("parties", "data"):
        if needed not in files:
            _refuse_option(f"--{needed}", say("nothing"), say("a CSV file of that table"))
    loaded = load_and_note(desk, contracts or ())
    if not loaded:
        _refuse_option("CONTRACT", say("nothing"), say("at least one contract file"))
    last = _last_period(loaded, through)
    return _in_force(loaded, last.last_day), last


def of_workspace(workspace: Workspace, loaded: tuple[Loaded, ...], through: str | None, as_of: str | None) -> Year:
    """The workspace's records under contracts that are loaded already."""
    from targets.snapshot import Snapshot

    until = None if as_of is None else day(as_of, "--as-of")
    batch = workspace.store.last_batch(until)
    last = _last_period(loaded, through)
    snapshot = Snapshot(last.year, workspace.store.as_of(batch=batch), last.last_month, last.ends)
    return Year(_in_force(loaded, snapshot.last_day), snapshot, workspace, batch)


def load_and_note(desk: Desk, paths: Sequence[Path]) -> tuple[Loaded, ...]:
    """Contracts without errors; their lints are shown and the work goes on."""
    from rules.load import load_contracts

    loaded = load_contracts(paths)
    desk.show_warnings([warning for one in loaded for warning in one.warnings])
    return loaded


def _last_period(loaded: Sequence[Loaded], through: str | None) -> Period:
    """The last period that is due: `through`, else the latest year that a contract is for."""
    years = sorted({one.contract.whole_year for one in loaded}, reverse=True)
    if through is None:
        return years[0]
    last = _period(through)
    due = next((due for year in years if (due := _due_of(year, last)) is not None), None)
    if due is None:
        listed = ", ".join(year.in_full for year in reversed(years))
        _refuse_option("--through", say("{period}", period=str(last)), say("a period of {year}", year=listed))
    return due


def _due_of(year: Period, last: Period) -> Period | None:
    """The period of the year with which the one that is written ends; None where it ends in another year."""
    due = last.in_year_ending(year.ends)
    if last.cadence is not Cadence.YEAR and due.last_day != last.last_day:
        due = last.parts(Cadence.MONTH)[-1].in_year_ending(year.ends)
    return due if due.year == year.year else None


def _in_force(loaded: Sequence[Loaded], last_day: date) -> tuple[Loaded, ...]:
    """Of each contract the version that holds on the last day; the versions must follow from each other."""
    from rules.amend import check_chain, in_force

    refuse_if_any(check_chain(loaded))
    chosen = in_force([one.contract for one in loaded], last_day)
    return tuple(one for one in loaded if any(one.contract is contract for contract in chosen))


def day(text: str, option: str) -> date:
    try:
        return parse_date(text)
    except NotExact as error:
        _refuse_option(option, say("{text}", text=text), error.text)


def today() -> date:
    """The office's own day."""
    return date.today()  # noqa: DTZ011 - it is not that of Greenwich


def day_so_far(text: str | None, option: str) -> date:
    """A day that has come; today when none is given."""
    last = today()
    given = last if text is None else day(text, option)
    if given > last:
        expected = say("today, {today}, or an earlier day", today=last.isoformat())
        _refuse_option(option, say("{text}", text=given.isoformat()), expected)
    return given


def refuse_file_as_folder(path: Path) -> None:
    """Known before anything is computed."""
    if path.exists() and not path.is_dir():
        _refuse_option(str(path), say("a file"), say("a folder, or a new name for one"))


def refuse_existing(path: Path) -> None:
    """Nothing that is there is written over."""
    if path.exists():
        _refuse_option(str(path), say("a file that is already there"), say("a new name; nothing is written over"))


def _period(text: str) -> Period:
    try:
        return parse_period(text)
    except NotExact as error:
        _refuse_option("--through", say("{text}", text=text), error.text)


def _refuse_option(option: str, found: Text, expected: Text) -> NoReturn:
    refuse(Diagnostic("DX711", Span(option), found, expected))
