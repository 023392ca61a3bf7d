"""The forger at the database and the files of a settled workspace: one row or file changed, as somebody with SQL would."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from audit_workspaces import forge

from engine.audit.finding import Kind
from rules.amend import content_hash
from rules.diagnostic import Refused
from rules.load import parse_contract
from targets import keeping
from targets.ledger import EntryKind, Voucher
from targets.trail import hash_of
from targets.workspace import DATABASE_FILE

Statement = tuple[str, Sequence[object]]


@dataclass(frozen=True)
class Scene:
    """A copy of the workspace, and what stood in its ledger."""

    folder: Path
    vouchers: tuple[Voucher, ...]
    dice: Random

    @property
    def links(self) -> int:
        return len(self._query("SELECT number FROM trail"))

    def links_of(self, *tables: str) -> list[int]:
        marks = ", ".join("?" * len(tables))
        return self._query(f"SELECT number FROM trail WHERE kept IN ({marks}) ORDER BY number", tables)

    def _query(self, query: str, values: Sequence[object] = ()) -> list[int]:
        with closing(sqlite3.connect(self.folder / DATABASE_FILE)) as connection:
            return [number for (number,) in connection.execute(query, values)]

    @property
    def head(self) -> str:
        return self.vouchers[-1].hash


def edited(scene: Scene) -> bool:
    ways = (
        _amounts,
        _words,
        _result,
        _record,
        _text,
        _named_otherwise,
        _step,
        _unreadable,
        _stray_lines,
        _link,
        _no_guard,
    )
    way = scene.dice.choice(ways)
    forge(scene.folder, *way(scene), guards_back=way is not _no_guard)
    return True


def _amounts(scene: Scene) -> list[Statement]:
    voucher = scene.dice.choice([one for one in scene.vouchers if one.entry.postings])
    more, line = scene.dice.randrange(1, 90_000), scene.dice.randrange(len(voucher.entry.postings) // 2) * 2 + 1
    change = "UPDATE posting SET amount_fen = amount_fen + ? WHERE voucher = ? AND line = ?"
    return [(change, (more, voucher.number, line)), (change, (-more, voucher.number, line + 1))]


def _words(scene: Scene) -> list[Statement]:
    voucher, dice = scene.dice.choice(scene.vouchers), scene.dice
    column = dice.choice(("day", "subject", "clause", "contract", "note", "who", "hash", "previous_hash"))
    value = {"day": "2026-01-02", "hash": "f" * 64, "previous_hash": "e" * 64}.get(column, f"x{dice.randrange(99)}")
    return [(f"UPDATE voucher SET {column} = ? WHERE number = ?", (value, voucher.number))]


def _result(scene: Scene) -> list[Statement]:
    digit = scene.dice.randrange(1, 10)
    return [("UPDATE run SET result = replace(result, ?, ?)", ('"amount_fen": ', f'"amount_fen": {digit}'))]


def _record(scene: Scene) -> list[Statement]:
    dice = scene.dice
    return [
        dice.choice(
            (
                (
                    "UPDATE observation SET numerator = numerator + ? WHERE subject = ?",
                    (dice.randrange(1, 9), _code(dice)),
                ),
                ("DELETE FROM incident WHERE id = ?", (f"i{dice.randrange(4)}",)),
                ("UPDATE tenure SET post = ? WHERE cadre = ?", ("nobody", _code(dice))),
                ("UPDATE cadre SET name = ? WHERE code = ?", ("另一人", _code(dice))),
            )
        )
    ]


def _code(dice: Random) -> str:
    return f"G{dice.randrange(1, 19):03d}"


def _text(scene: Scene) -> list[Statement]:
    """A threshold or amount of a contract that is kept with the run."""
    old, new = scene.dice.choice(
        (("at_least: 90", "at_least: 91"), ("refund: 70%", "refund: 71%"), ("share: 40%", "share: 41%"))
    )
    return [("UPDATE contract_text SET text = replace(text, ?, ?)", (old, new))]


def _named_otherwise(scene: Scene) -> list[Statement]:
    column = scene.dice.choice(("contracts_hash", "data_hash", "engine_version", "supersedes"))
    return [(f"UPDATE run SET {column} = ?", ("d" * 64,))]


def _step(scene: Scene) -> list[Statement]:
    """Steps of the run, its checks, what was objected and decided: a row changed, taken away or put in."""
    dice = scene.dice
    day = f"2027-01-{dice.randrange(20, 31)}"
    appeal = "INSERT INTO appeal SELECT 2, run, 'G003', '2027-01-06', '有误', happened_at, '' FROM run_event LIMIT 1"
    return [
        dice.choice(
            (
                ("DELETE FROM run_event WHERE state = ?", (dice.choice(("draft", "published", "sealed")),)),
                ("UPDATE run_event SET last_day = ? WHERE state = 'published'", (day,)),
                ("UPDATE run_event SET who = '另一人' WHERE state = ?", (dice.choice(("published", "sealed")),)),
                ("UPDATE run_event SET happened_at = '2027-01-02 00:00:00' WHERE state = 'sealed'", ()),
                ("DELETE FROM run_check", ()),
                ("UPDATE run_check SET extent = ?", (dice.choice(("none", "one_evaluator", "too_wide")),)),
                ("UPDATE run_check SET cells = cells + ?", (dice.randrange(1, 9),)),
                ("UPDATE run SET created_at = '2027-01-02 00:00:00'", ()),
                ("UPDATE run SET batch = NULL", ()),
                ("UPDATE contract_text SET path = 'other.yaml' WHERE path = '0.yaml'", ()),
                ("UPDATE appeal SET claim = '无'", ()),
                ("DELETE FROM appeal_decision", ()),
                ("UPDATE appeal_decision SET upheld = 1 - upheld", ()),
                ("UPDATE appeal_decision SET ground = '领导批示'", ()),
                (appeal, ()),
                ("UPDATE import_batch SET who = '另一人'", ()),
                ("UPDATE import_count SET new = new + 1 WHERE record_table = 'parties'", ()),
            )
        )
    ]


def _unreadable(scene: Scene) -> list[Statement]:
    """Text where a number or a day should be, words that are none of ours, bytes that are no text."""
    dice = scene.dice
    voucher = dice.choice([one for one in scene.vouchers if one.entry.postings])
    cell = dice.choice(
        (
            ("posting", "amount_fen", "many"), ("posting", "amount_fen", 1.5), ("posting", "account", "bank"),
            ("posting", "payee", b"\xff"), ("voucher", "day", "soon"), ("voucher", "kind", "gift"),
            ("voucher", "happened_at", 7), ("voucher", "subject", b"\xff"), ("voucher", "hash", b"\xff"),
            ("run", "year", "this"), ("run", "created_at", "soon"), ("run_event", "state", "paid"),
            ("run_event", "happened_at", "soon"), ("run_check", "cells", "all"), ("appeal", "filed_on", 3),
            ("appeal_decision", "upheld", "maybe"), ("observation", "numerator", "many"), ("incident", "happened_on", "May"),
        )
    )  # fmt: skip
    table, column, value = cell
    if table == "posting":
        return [(f"UPDATE posting SET {column} = ? WHERE voucher = ? AND line = 1", (value, voucher.number))]
    if table == "voucher":
        return [(f"UPDATE voucher SET {column} = ? WHERE number = ?", (value, voucher.number))]
    return [(f"UPDATE {table} SET {column} = ?", (value,))]


def _stray_lines(scene: Scene) -> list[Statement]:
    """Put there in advance, for a voucher to come."""
    number = len(scene.vouchers) + scene.dice.randrange(1, 3)
    line = "INSERT INTO posting VALUES (?, 1, 'cash', ?, '', '')"
    return [("PRAGMA foreign_keys = OFF", ()), (line, (number, scene.dice.randrange(1, 9_000)))]


def _link(scene: Scene) -> list[Statement]:
    column, number = (
        scene.dice.choice(("key", "run", "content", "hash", "kept")),
        scene.dice.randrange(1, scene.links + 1),
    )
    return [(f"UPDATE trail SET {column} = ? WHERE number = ?", (f"{'f' * 63}{scene.dice.randrange(9)}", number))]


def _no_guard(_: Scene) -> list[Statement]:
    """A trigger is taken away; what for will be seen."""
    return []


def broken(scene: Scene) -> bool:
    forge(scene.folder, *scene.dice.choice((_vouchers_gone, _vouchers_gone, _link_gone, trail_anew))(scene))
    return True


def _vouchers_gone(scene: Scene) -> list[Statement]:
    vouchers = scene.vouchers
    if scene.dice.random() < 0.5:
        number = scene.dice.randrange(1, len(vouchers))
        which, values = "= ?", (number,)
    else:
        first_due = next(one.number for one in vouchers if one.entry.kind is EntryKind.DUE)
        which, values = "> ?", (scene.dice.randrange(first_due, len(vouchers)),)
    return [
        (f"DELETE FROM posting WHERE voucher {which}", values),
        (f"DELETE FROM voucher WHERE number {which}", values),
    ]


def _link_gone(scene: Scene) -> list[Statement]:
    """With what it tells of: only the links around it know."""
    number = scene.dice.choice(scene.links_of("appeal", "appeal_decision"))
    rows = [(f"DELETE FROM {table}", ()) for table in ("appeal_decision", "appeal")]
    kept = [one for one in scene.links_of("appeal", "appeal_decision") if one != number]
    return [*rows, ("DELETE FROM trail WHERE number IN (?, ?)", (number, *kept))]


def trail_anew(scene: Scene) -> list[Statement]:
    """A decision gets another ground, and the whole trail is written anew: the seal knows the one that there was."""
    with closing(sqlite3.connect(scene.folder / DATABASE_FILE)) as connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(appeal_decision)")]
        [row] = connection.execute("SELECT * FROM appeal_decision").fetchall()
        links = connection.execute("SELECT number, kept, key, run, content FROM trail ORDER BY number").fetchall()
    told = dict(zip(names, row, strict=True)) | {"ground": "领导批示", "upheld": bool(row[names.index("upheld")])}
    told["happened_at"] = datetime.fromisoformat(str(told["happened_at"])).replace(tzinfo=UTC)
    statements: list[Statement] = [("UPDATE appeal_decision SET ground = '领导批示'", ())]
    before = ""
    for number, kept, key, run, content in links:
        said = (
            keeping.content_of([keeping.row_digest("appeal_decision", told)]) if kept == "appeal_decision" else content
        )
        hash_ = hash_of(number, kept, key, run, said, before)
        values = (said, before, hash_, number)
        statements.append(("UPDATE trail SET content = ?, previous_hash = ?, hash = ? WHERE number = ?", values))
        before = hash_
    return statements


def contract_changed(scene: Scene) -> bool:
    """A number or a name in a file, where it still is a contract and says something else."""
    path = scene.dice.choice(sorted((scene.folder / "contracts").glob("*.yaml")))
    text = path.read_text(encoding="utf-8")
    numbers = list(re.finditer(r"\d+(?=%|元|\.\d\d元|\})", text))
    match = scene.dice.choice(numbers)
    changed = text[: match.start()] + str(int(match[0]) + scene.dice.randrange(1, 9)) + text[match.end() :]
    if scene.dice.random() < 0.3:
        changed = text.replace("name: 工作", "name: 全年工作").replace("name: 履职", "name: 履职尽责")
    try:
        other = content_hash(parse_contract("changed.yaml", changed).contract)
    except Refused:
        return False
    if other == content_hash(parse_contract("same.yaml", text).contract):
        return False
    path.write_text(changed, encoding="utf-8")
    return True


FORGERS: dict[Kind, Callable[[Scene], bool]] = {
    Kind.EDITED: edited,
    Kind.BROKEN_CHAIN: broken,
    Kind.CONTRACT_CHANGED: contract_changed,
}
