"""The ledger as it is kept: entries are appended in one transaction, numbered and chained, and read as they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NoReturn

from sqlalchemy import Connection, insert, select

from rules.diagnostic import Diagnostic, Span, Text, refuse, refuse_if_any, say
from targets import keeping
from targets.damage import WRONG_CELL, as_damage, cells, whole_rows
from targets.database import Database
from targets.ledger import ChainFault, Entry, EntryKind, Posting, Voucher, chain_faults, hash_of, parse_account
from targets.schema import Table

_VOUCHER, _POSTING = (Table.metadata.tables[name] for name in ("voucher", "posting"))


_Plan = Callable[[tuple[Voucher, ...]], Sequence[Entry]]


class Books:
    """The ledger of one store; `now` tells when something is entered."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    def vouchers(self) -> tuple[Voucher, ...]:
        """All of them, in the order they were entered, as they stand there. Raises Refused for rows that are none (DX702)."""
        with self._database.reading() as connection:
            return _load(connection)

    def enter(self, plan: _Plan, who: str = "") -> tuple[Voucher, ...]:
        """Enter what `plan` makes of the ledger as it stands, all of it or nothing, with nobody else writing meanwhile.

        Raises Refused for a ledger that does not hold together (DX718), a day before that of the last voucher (DX719), and
        whatever `plan` refuses.
        """
        with self._database.writing() as connection:
            return self._append(connection, self._sound(connection), plan, who)

    def draft(self, plan: _Plan, who: str = "") -> tuple[Voucher, ...]:
        """What `enter` would enter now; nothing is."""
        with self._database.reading() as connection:
            known = self._sound(connection)
            return tuple(self._numbered(known[-1] if known else None, plan(known), who))

    def append(self, connection: Connection, entries: Sequence[Entry], who: str = "") -> tuple[Voucher, ...]:
        """Enter these inside the transaction of the caller. Raises Refused as `enter` does."""
        return self._append(connection, self._sound(connection), lambda _: entries, who)

    def _sound(self, connection: Connection) -> tuple[Voucher, ...]:
        """The ledger, once it is sure that nobody changed it: what is entered is the difference to what it says."""
        vouchers = _load(connection)
        refuse_if_any(faults_of(vouchers, self._database.place))
        entered = keeping.entered_vouchers(connection)
        standing = {one.hash for one in vouchers}
        for number, hash_ in entered:
            if hash_ not in standing:
                self._refuse_other(
                    say("voucher {number}, which the trail tells of, is not there any more", number=number)
                )
        if vouchers and vouchers[-1].hash != (entered[-1][1] if entered else ""):
            self._refuse_other(say("voucher {number}, which the trail does not tell of", number=vouchers[-1].number))
        return vouchers

    def _refuse_other(self, found: Text) -> NoReturn:
        refuse(Diagnostic("DX718", self._database.place, found, _AS_ENTERED, _WRONG_HINT))

    def _append(self, connection: Connection, known: tuple[Voucher, ...], plan: _Plan, who: str) -> tuple[Voucher, ...]:
        vouchers = tuple(self._numbered(known[-1] if known else None, plan(known), who))
        for voucher in vouchers:
            _insert(connection, voucher)
        if vouchers:
            keeping.add_voucher(connection, vouchers[-1])
        return vouchers

    def _numbered(self, last: Voucher | None, entries: Sequence[Entry], who: str) -> Iterator[Voucher]:
        """The entries as the vouchers that follow the last one."""
        for entry in entries:
            assert entry.balanced, "the postings of an entry come to nothing"
            if last is not None and entry.day < last.entry.day:
                found = say("{day}", day=entry.day.isoformat())
                expected = say("{day} or later", day=last.entry.day.isoformat())
                refuse(Diagnostic("DX719", self._database.place, found, expected))
            number, before = (1, "") if last is None else (last.number + 1, last.hash)
            now = self._now()
            last = Voucher(number, entry, now, who, before, hash_of(number, entry, now, who, before))
            yield last


def faults_of(vouchers: Sequence[Voucher], place: Span) -> list[Diagnostic]:
    """Everything by which the ledger does not hold together (DX718)."""
    return [
        Diagnostic("DX718", place, _fault(one, fault), _AS_ENTERED, _WRONG_HINT)
        for one, fault in chain_faults(vouchers)
    ]


_AS_ENTERED = say("vouchers as this program entered them")
_WRONG_HINT = say("pay nothing out, and compare with an earlier copy or export of the ledger")


def _fault(voucher: Voucher, fault: ChainFault) -> Text:
    match fault:
        case ChainFault.UNLINKED:
            return say("voucher {number} does not follow the one before it", number=voucher.number)
        case ChainFault.EDITED:
            return say("voucher {number} says something else than its hash", number=voucher.number)
        case ChainFault.UNBALANCED:
            return say("debit and credit of voucher {number} differ", number=voucher.number)


def _insert(connection: Connection, voucher: Voucher) -> None:
    entry = voucher.entry
    head = {
        "number": voucher.number, "day": entry.day, "run": entry.run or None, "kind": str(entry.kind),
        "contract": entry.contract, "clause": entry.clause, "subject": entry.subject, "note": entry.note,
        "happened_at": voucher.happened_at, "who": voucher.who, "previous_hash": voucher.previous_hash,
        "hash": voucher.hash,
    }  # fmt: skip
    connection.execute(insert(_VOUCHER), head)
    lines = [
        {"voucher": voucher.number, "line": line, "account": str(one.account), "amount_fen": one.amount_fen,
         "due": one.due, "payee": one.payee}
        for line, one in enumerate(entry.postings, 1)
    ]  # fmt: skip
    if lines:
        connection.execute(insert(_POSTING), lines)


@as_damage("voucher")
def _load(connection: Connection) -> tuple[Voucher, ...]:
    postings: dict[int, list[Posting]] = defaultdict(list)
    lines = select(_POSTING).order_by(_POSTING.c.voucher, _POSTING.c.line)
    for number, line in whole_rows(connection, lines, lambda row: (row.voucher, _posting(row))):
        postings[number].append(line)
    heads = select(_VOUCHER).order_by(_VOUCHER.c.number)
    vouchers = whole_rows(connection, heads, lambda row: _voucher(row, tuple(postings[row.number])))
    if stray := sorted(postings.keys() - {one.number for one in vouchers}):
        raise ValueError(f"{stray[0]}: lines without a voucher")
    return tuple(vouchers)


def _posting(row: Any) -> Posting:
    return Posting(parse_account(row.account), row.amount_fen, row.due, row.payee)


def _voucher(row: Any, postings: tuple[Posting, ...]) -> Voucher:
    kind = EntryKind(row.kind)
    entry = Entry(kind, row.day, row.run or "", row.contract, row.clause, row.subject, row.note, postings)
    return Voucher(row.number, entry, row.happened_at, row.who, row.previous_hash, row.hash)


def standing(connection: Connection) -> tuple[tuple[Voucher, ...], Mapping[int, tuple[str, ...]]]:
    """The ledger as it stands, whatever stands there, for the audit.

    What cannot be read is left out of its voucher, whose hash then does not fit. Such cells come after, by the number of the
    voucher, and lines of vouchers that there are none of.
    """
    wrong: dict[int, list[str]] = defaultdict(list)
    postings: dict[int, list[tuple[int, Posting]]] = defaultdict(list)
    for row in cells(connection, _POSTING):
        number, shown = row.values["voucher"] or 0, {**row.values, **row.wrong}
        try:
            if row.wrong:
                raise ValueError(row.wrong)
            line = Posting(parse_account(shown["account"]), shown["amount_fen"], shown["due"], shown["payee"])
            postings[number].append((shown["line"], line))
        except WRONG_CELL:
            wrong[number] += [f"{name} {cell}" for name, cell in (row.wrong or {"account": shown["account"]}).items()]
    vouchers = []
    for row in cells(connection, _VOUCHER):
        number = row.values["number"] or 0
        lines = tuple(line for _, line in sorted(postings.pop(number, ()), key=lambda one: one[0]))
        if row.values["kind"] not in tuple(EntryKind):
            row.wrong["kind"] = repr(row.values["kind"])
        wrong[number] += [f"{name} {cell}" for name, cell in row.wrong.items()]
        vouchers.append(_as_it_stands(number, row.values, lines))
    wrong |= {number: [*wrong[number], "posting"] for number in postings}
    vouchers.sort(key=lambda one: one.number)
    return tuple(vouchers), {number: tuple(some) for number, some in wrong.items() if some}


def _as_it_stands(number: int, values: Mapping[str, Any], postings: tuple[Posting, ...]) -> Voucher:
    kind = EntryKind(values["kind"]) if values["kind"] in tuple(EntryKind) else EntryKind.DUE
    words = {name: values[name] or "" for name in ("run", "contract", "clause", "subject", "note")}
    entry = Entry(kind, values["day"] or date.min, postings=postings, **words)
    when = values["happened_at"] or datetime.min.replace(tzinfo=UTC)
    return Voucher(number, entry, when, *(values[name] or "" for name in ("who", "previous_hash", "hash")))
