"""The command that shows and exports the ledger: by account, by cadre, voucher by voucher, as of any day."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import sources
from cli.desk import Desk
from cli.options import JsonOption, LanguageOption, WorkspaceOption
from rules.diagnostic import Diagnostic, Span, refuse, refuse_if_any, say

if TYPE_CHECKING:
    from cli.names import Names
    from targets.ledger import Voucher
    from targets.workspace import Workspace

N_ = str
BEANCOUNT = ".beancount"
ENDINGS = (".xlsx", ".csv", BEANCOUNT)


class By(StrEnum):
    """What `ledger` lists."""

    ACCOUNT = "account"
    CADRE = "cadre"
    VOUCHER = "voucher"


def ledger(
    context: typer.Context,
    by: Annotated[By, typer.Option("--by", help=N_("balances by account or by cadre, or every voucher"))] = By.ACCOUNT,
    of: Annotated[str | None, typer.Option("--of", help=N_("only this code or name"))] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help=N_("with what was entered up to that day, such as 2027-01-10"))
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help=N_("write all of it to a new file: .xlsx, .csv or .beancount"))
    ] = None,
    codes_only: Annotated[bool, typer.Option("--codes-only", help=N_("cadres by their codes, without names"))] = False,
    workspace: WorkspaceOption = sources.WORKSPACE,
    json: JsonOption = False,
    lang: LanguageOption = None,
) -> None:
    desk: Desk = context.obj
    if out is not None:
        _refuse_out(out, of)
    until = None if as_of is None else sources.day(as_of, "--as-of")
    from targets.books import faults_of
    from targets.workspace import open_workspace

    opened = open_workspace(workspace, to_write=False)
    every = opened.store.books.vouchers()
    refuse_if_any(faults_of(every, opened.database.place))
    vouchers = [one for one in every if until is None or one.entry.day <= until]
    names = _names(desk, opened, codes_only=codes_only)
    codes = None if of is None else _codes_of(of, vouchers, names)
    if out is not None:
        _write(desk, out, vouchers, names)
    else:
        show = {By.ACCOUNT: _by_account, By.CADRE: _by_cadre, By.VOUCHER: _by_voucher}[by]
        show(desk, vouchers, names, codes)
    _tell_head(desk, vouchers)


def _refuse_out(out: Path, of: str | None) -> None:
    """Known before anything is read."""
    if out.suffix.lower() not in ENDINGS:
        found, expected = (
            say("the ending {ending}", ending=out.suffix or "-"),
            say("one of {endings}", endings=", ".join(ENDINGS)),
        )
        refuse(Diagnostic("DX711", Span(str(out)), found, expected))
    if of is not None:
        found, expected = say("--of together with --out"), say("one of them: a file is of the whole ledger")
        refuse(Diagnostic("DX711", Span("--of"), found, expected))
    sources.refuse_existing(out)


def _names(desk: Desk, workspace: Workspace, *, codes_only: bool) -> Names:
    from cli.names import names_of
    from rules.load import load_sound_contracts

    # Names are no reason to withhold the ledger: a file that is no contract any more gives none.
    contracts = [one.contract for one in load_sound_contracts(workspace.contract_files())]
    return names_of(desk.speech, contracts, workspace.store.as_of(), codes_only=codes_only)


def _codes_of(of: str, vouchers: Sequence[Voucher], names: Names) -> frozenset[str]:
    """The codes of whoever or whatever is called so. Raises Refused where the ledger has nothing of them (DX712)."""
    known = {code for one in vouchers for code in _concerned(one)}
    codes = frozenset(code for code in known - {""} if of in (code, names.person(code), names.account(code)))
    if not codes:
        expected = say("a code or name that the ledger has")
        refuse(Diagnostic("DX712", Span("--of"), say("{code}", code=of), expected))
    return codes


def _write(desk: Desk, out: Path, vouchers: Sequence[Voucher], names: Names) -> None:
    if out.suffix.lower() == BEANCOUNT:
        from cli.beancount import as_beancount
        from cli.results import write_whole

        write_whole(out, as_beancount(vouchers, names, desk.speech))
    else:
        from cli.voucher_files import write_vouchers

        write_vouchers(out, desk.speech, vouchers, names)
    if desk.as_json:
        desk.machine({"head": _head(vouchers), "written": str(out)})
    desk.note(desk.speech(N_("written: {path}")).format(path=out))


def _by_account(desk: Desk, vouchers: Sequence[Voucher], names: Names, codes: frozenset[str] | None) -> None:
    from cli.vouchers import BALANCE_COLUMNS, as_text, balance_rows
    from targets.ledger import balances

    sums = {one: fen for one, fen in balances(vouchers).items() if codes is None or one.owner in codes}
    if desk.as_json:
        listed = [{"account": str(account), "balance_fen": amount_fen} for account, amount_fen in sums.items()]
        desk.machine({"head": _head(vouchers), "balances": listed})
    elif vouchers:
        rows = map(as_text, balance_rows(desk.speech, sums, names))
        desk.rows(desk.speech(N_("balances by account")), BALANCE_COLUMNS, rows, right=(2, 3))


def _by_cadre(desk: Desk, vouchers: Sequence[Voucher], names: Names, codes: frozenset[str] | None) -> None:
    from dataclasses import asdict

    from cli.vouchers import CADRE_COLUMNS, as_text, cadre_rows, standings

    found = {code: one for code, one in standings(vouchers).items() if codes is None or code in codes}
    if desk.as_json:
        listed = [{"code": code, **asdict(one)} for code, one in found.items()]
        desk.machine({"head": _head(vouchers), "cadres": listed})
    elif vouchers:
        rows, right = map(as_text, cadre_rows(found, names)), range(2, len(CADRE_COLUMNS))
        desk.rows(desk.speech(N_("balances by cadre")), CADRE_COLUMNS, rows, right=right)


def _by_voucher(desk: Desk, vouchers: Sequence[Voucher], names: Names, codes: frozenset[str] | None) -> None:
    from cli.vouchers import COLUMNS, as_json, voucher_rows

    found = [one for one in vouchers if codes is None or not codes.isdisjoint(_concerned(one))]
    if desk.as_json:
        desk.machine({"head": _head(vouchers), "vouchers": as_json(found)})
    elif vouchers:
        rows = voucher_rows(desk.speech, found, names)
        desk.rows(desk.speech(N_("vouchers")), COLUMNS, rows, right=(0, 10, 11))


def _concerned(voucher: Voucher) -> set[str]:
    names = {name for one in voucher.entry.postings for name in (one.account.owner, one.payee)}
    return names | {voucher.entry.subject}


def _tell_head(desk: Desk, vouchers: Sequence[Voucher]) -> None:
    """What to write down: with it anybody can tell later whether the end was cut off."""
    if not vouchers:
        desk.note(desk.speech(N_("The ledger is empty.")))
        return
    told = desk.speech(N_("The ledger holds together; its last voucher is {number}, hash {hash}"))
    desk.note(told.format(number=vouchers[-1].number, hash=vouchers[-1].hash))


def _head(vouchers: Sequence[Voucher]) -> dict[str, object] | None:
    return {"voucher": vouchers[-1].number, "hash": vouchers[-1].hash} if vouchers else None
