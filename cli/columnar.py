"""Compiled verdicts as tables of text: for the terminal, CSV and Parquet alike. Numbers are exact decimal strings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import narwhals as nw

from cli import dues
from cli.language import Speech
from cli.names import clause_names
from cli.results import FORMULA_STARTS, VERDICT_COLUMNS
from engine.columnar.layout import HitLayout, JudgedColumns, ScoreLayout
from rules.contract import Contract
from rules.diagnostic import Called
from rules.period import Cadence
from targets.columns.backend import PARQUET, Backend
from targets.columns.year import Frame

N_ = str
Named = Callable[[str, str], Called]
JOINT = "、"
HIT_COLUMNS = (
    N_("contract"), N_("code"), N_("name"), N_("veto or warning"), N_("times"), N_("happened on"), N_("found on"),
    N_("through"),
)  # fmt: skip


def verdict_frame(speech: Speech, judged: JudgedColumns, named: Named) -> Frame:
    """A row a subject, league by league, best first: contract, then the columns of every list of verdicts."""
    layout, contract = judged.layout, judged.contract
    columns = dict(
        zip(
            VERDICT_COLUMNS,
            (
                nw.col(layout.rank).cast(nw.String), nw.col("code"), nw.col("name"), _kind(speech, contract),
                decimal(layout.score, layout.scale), decimal(layout.final, layout.final_scale), _grade(speech, judged),
                _hits(speech, [hit for hit in layout.hits if hit.veto], named),
                _hits(speech, [hit for hit in layout.hits if not hit.veto], named),
                _outside(speech, layout.entered),
            ),
            strict=True,
        )
    )  # fmt: skip
    ordered = judged.frame.sort("league", layout.rank, "code")
    told = {speech(name): expr for name, expr in columns.items()}
    return ordered.select(nw.lit(contract.contract).alias(speech(N_("contract"))), **told)


def score_frame(speech: Speech, judged: JudgedColumns) -> Frame:
    """A row a subject and a column a score: nothing where it is exempt or not on the sheet."""
    contract, layout = judged.contract, judged.layout
    names = {item.id: speech.name(item) for item in contract.item_by_id.values()}
    names |= {section.id: speech.name(section) for section in contract.all_sections()}
    columns: dict[str, nw.Expr] = {speech(N_("code")): nw.col("code"), speech(N_("name")): nw.col("name")}
    for one in (*layout.sections, *layout.items):
        window = "" if one.window.cadence is Cadence.YEAR else f" {one.window}"
        heading = f"{names[one.id]}{window}"
        columns[heading if heading not in columns else f"{heading} ({one.id})"] = _scored(one)
    return judged.frame.sort("code").select(**columns)


def hit_frame(speech: Speech, judged: Sequence[JudgedColumns], backend: Backend, named: Named) -> Frame | None:
    """A row for each veto and warning and whom it hit; through whom, where it reached a cadre."""
    parts = [part for one in judged for part in _own_hits(one)]
    parts += [part for one in judged for part in _reached(one, judged)]
    if not parts:
        return None
    rows = backend.keep(nw.concat(parts))
    for day in ("happened", "found"):
        rows = _with_day(rows, day, backend)
    spelled = nw.lit("", nw.String)
    known = {
        (clause.id, one.contract.contract)
        for one in judged
        for clause in (*one.contract.vetoes, *one.contract.warnings)
    }
    for rule, owner in sorted(known):
        it = (nw.col("rule") == rule) & (nw.col("owner") == owner)
        spelled = nw.when(it).then(nw.lit(speech.name(named(owner, rule)))).otherwise(spelled)
    values = (
        nw.col("contract"), nw.col("code"), nw.col("name"), spelled, nw.col("times").cast(nw.String), nw.col("happened day"),
        nw.col("found day"), nw.col("through"),
    )  # fmt: skip
    told = {speech(name): value for name, value in zip(HIT_COLUMNS, values, strict=True)}
    return rows.sort("contract", "code", "owner", "rule", "through").select(**told)


def _own_hits(one: JudgedColumns) -> Iterator[Frame]:
    for hit in one.layout.hits:
        if hit.through_party:
            continue
        happened, found = (nw.col(name) if name else nw.lit(0, nw.Int64) for name in (hit.happened_on, hit.found_on))
        yield one.frame.filter(nw.col(hit.times) > 0).select(
            "code", "name", contract=nw.lit(one.contract.contract), owner=nw.lit(hit.contract or one.contract.contract),
            rule=nw.lit(hit.rule), times=nw.col(hit.times), happened=happened, found=found, through=nw.lit("", nw.String),
        )  # fmt: skip


def _reached(one: JudgedColumns, judged: Sequence[JudgedColumns]) -> Iterator[Frame]:
    """The cadres whom the contract's vetoes and warnings reach, under their own contracts."""
    for reaching in one.reaching:
        for other in judged:
            if other.contract.posts:
                cadres = other.frame.select("code", "name", cadre=nw.col("subject"))
                yield reaching.frame.join(cadres, on="cadre", how="inner").select(
                    "code", "name", contract=nw.lit(other.contract.contract), owner=nw.lit(reaching.contract),
                    rule=nw.lit(reaching.clause.id), times=nw.lit(1, nw.Int64), happened=nw.col("happened_on"),
                    found=nw.lit(0, nw.Int64), through=nw.col("party"),
                )  # fmt: skip


def due_frame(speech: Speech, one: JudgedColumns, judged: Sequence[JudgedColumns]) -> Frame:
    """A row an amount: whose verdict it follows from, what for, to whom, in yuan. A payee is told by code."""
    assert one.dues is not None
    names = clause_names(speech, one.contract)
    people = nw.concat([other.frame.select("subject", payee_code=nw.col("code")) for other in judged])
    people = people.unique(["subject"], keep="any").rename({"subject": "payee"})
    subjects = one.frame.select("subject", "code", "name")
    rows = one.dues.join(subjects, on="subject", how="left").join(people, on="payee", how="left")
    payee = nw.when(nw.col("payee_code").is_null()).then(nw.col("payee")).otherwise(nw.col("payee_code"))
    values = (
        nw.lit(one.contract.contract), nw.col("code"), nw.col("name"), _spelled("clause", names),
        _spelled("due", {kind: speech(word) for kind, word in dues.KINDS.items()}), payee, decimal("amount_fen", 100),
    )  # fmt: skip
    told = {speech(name): value for name, value in zip(dues.COLUMNS, values, strict=True)}
    return rows.sort("code", "clause", "due", "payee").select(**told)


def _spelled(column: str, names: Mapping[str, str]) -> nw.Expr:
    told = nw.col(column)
    for word, name in names.items():
        told = nw.when(nw.col(column) == word).then(nw.lit(name)).otherwise(told)
    return told


def _with_day(rows: Frame, day: str, backend: Backend) -> Frame:
    """The ordinal as a date is written; nothing for 0."""
    days = [int(value) for value in backend.take(rows.select(day).unique())[day]]
    written = ["" if value == 0 else date.fromordinal(value).isoformat() for value in days]
    columns: dict[str, Sequence[object]] = {f"{day} ordinal": days, f"{day} day": written}
    mapping = backend.bring(columns, {f"{day} ordinal": nw.Int64, f"{day} day": nw.String})
    return rows.join(mapping, left_on=day, right_on=f"{day} ordinal", how="left")


def decimal(name: str, scale: int) -> nw.Expr:
    """Whole units of 1 / `scale` as exact text: `87.50`; as a fraction where no decimal writes the unit."""
    digits = len(str(scale)) - 1
    number = nw.col(name)
    if scale == 1:
        return number.cast(nw.String)
    if scale != 10**digits:
        return nw.concat_str(number.cast(nw.String), nw.lit(f"/{scale}"))
    size = nw.when(number < 0).then(-number).otherwise(number)
    sign = nw.when(number < 0).then(nw.lit("-")).otherwise(nw.lit(""))
    part = (size % scale + scale).cast(nw.String).str.slice(1)
    return nw.concat_str(sign, (size // scale).cast(nw.String), nw.lit("."), part)


def _scored(one: ScoreLayout) -> nw.Expr:
    text = decimal(one.score, one.scale)
    if one.scored is True:
        return text
    nothing = nw.lit("", nw.String)
    return nothing if one.scored is False else nw.when(nw.col(one.scored)).then(text).otherwise(nothing)


def _kind(speech: Speech, contract: Contract) -> nw.Expr:
    words = {"village": N_("village"), "community": N_("community"), "unit": N_("unit"), "town": N_("town")}
    spelled = {kind: speech(words.get(kind, kind)) for kind in contract.assesses}
    spelled |= {post.id: speech.name(post) for post in contract.posts}
    told = nw.col("kind")
    for kind, name in spelled.items():
        told = nw.when(nw.col("kind") == kind).then(nw.lit(name)).otherwise(told)
    return told


def _grade(speech: Speech, judged: JudgedColumns) -> nw.Expr:
    told = nw.lit("", nw.String)
    for number, band in enumerate(judged.contract.grades):
        told = nw.when(nw.col(judged.layout.grade) == number).then(nw.lit(speech.name(band))).otherwise(told)
    return told


def _outside(speech: Speech, entered: str | bool) -> nw.Expr:
    nothing, outside = nw.lit("", nw.String), nw.lit(speech(N_("yes")))
    if isinstance(entered, bool):
        return nothing if entered else outside
    return nw.when(nw.col(entered)).then(nothing).otherwise(outside)


def _hits(speech: Speech, hits: Sequence[HitLayout], named: Named) -> nw.Expr:
    """The names of those that hit, in order."""
    nothing = nw.lit("", nw.String)
    if not hits:
        return nothing
    by_name: dict[str, list[nw.Expr]] = {}
    for hit in hits:
        by_name.setdefault(speech.name(named(hit.contract, hit.rule)), []).append(nw.col(hit.times) > 0)
    told = [
        nw.when(nw.any_horizontal(*tests, ignore_nulls=False)).then(nw.lit(f"{JOINT}{name}")).otherwise(nothing)
        for name, tests in by_name.items()
    ]
    return nw.concat_str(nothing, *told).str.slice(1)


def names_of(contracts: Sequence[Contract]) -> Callable[[Contract], Named]:
    """How a contract's lists call a veto or warning: its own by id, others' by contract and id."""
    clauses = {
        (contract.contract, clause.id): clause.label
        for contract in contracts
        for clause in (*contract.vetoes, *contract.warnings)
    }
    return lambda contract: lambda owner, rule: clauses[owner or contract.contract, rule]


def _harmless(frame: Frame) -> Frame:
    """No cell becomes a formula; a negative number stays a number."""
    texts = {}
    for name, kind in frame.collect_schema().items():
        if kind == nw.String:
            begins = nw.any_horizontal(
                *(nw.col(name).str.starts_with(sign) for sign in FORMULA_STARTS), ignore_nulls=False
            )
            number = nw.col(name).str.contains(r"^-?[0-9]+(\.[0-9]+)?$")
            texts[name] = (
                nw.when(begins & ~number).then(nw.concat_str(nw.lit("'"), nw.col(name))).otherwise(nw.col(name))
            )
    return frame.with_columns(**texts)


def write_frames(
    folder: Path, speech: Speech, judged: Sequence[JudgedColumns], backend: Backend, ending: str,
    progress: Callable[[str], None],
) -> list[Path]:  # fmt: skip
    """verdicts, scores of each contract, vetoes and dues; each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    named = names_of([one.contract for one in judged])
    frames: dict[str, Frame] = {}
    frames["verdicts"] = nw.concat([verdict_frame(speech, one, named(one.contract)) for one in judged])
    frames |= {f"scores-{one.contract.contract}": score_frame(speech, one) for one in judged if one.layout.items}
    hits = hit_frame(speech, judged, backend, named(judged[0].contract))
    if hits is not None:
        frames["vetoes"] = hits
    paid = [due_frame(speech, one, judged) for one in judged if one.dues is not None]
    if paid:
        frames["dues"] = nw.concat(paid)
    written = []
    for name, frame in frames.items():
        path = folder / f"{name.replace('/', '-')}{ending}"
        progress(path.name)
        backend.write(frame if ending == PARQUET else _harmless(frame), path)
        written.append(path)
    return written
