"""Tables to the integer columns of a year: a row a subject, joined and counted by the engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import lcm

import narwhals as nw

from rules.below import looks_below
from rules.contract import Contract
from rules.indicator import Kind
from rules.period import Period, months_through
from rules.verdict import Peers
from targets.bulk.form import column
from targets.bulk.past import join_history, past_columns, past_integers, past_truths
from targets.bulk.tables import Tables
from targets.columns.backend import INT128_MAX, Backend
from targets.columns.year import (
    SUBJECT_COLUMNS,
    Amount,
    AmountKey,
    ContractColumns,
    Frame,
    IntegerColumn,
    YearColumns,
    goes_by_time,
    incident_days_name,
    incidents_name,
    months_name,
    parameter_name,
    windows_of,
)
from targets.observation import IncidentState

# A query that joins more than this takes its planner longer than the work.
JOINS_NESTED_MAX = 8
ONE, ZERO = nw.lit(1, nw.Int64), nw.lit(0, nw.Int64)


def columns_of_tables(
    tables: Tables, contracts: Sequence[Contract], year: int, through: int, backend: Backend
) -> YearColumns:
    """The columns of everything the contracts are judged by; contracts whose years end otherwise than the first's are
    refused when they are judged."""
    year_ends = contracts[0].year_ends
    due = months_through(year, through, year_ends)
    counting = _counting(tables, due, backend)
    duties, count, most = _duties(tables, backend)
    shares = _range(duties, ["share"], backend)["share"] if duties is not None else (1, 1)
    parents, children = _parents(tables, backend) if any(map(looks_below, contracts)) else (None, 0)
    holders = _holders(tables, due[-1].last_day.toordinal(), backend)
    return YearColumns(
        year=year, through=through,
        contracts={one.contract: _contract(one, tables, counting, due, backend) for one in contracts},
        assignments=duties, assignments_count=count, duties_max=most, share=IntegerColumn("share", *shares),
        share_scale=tables.share_scale, incidents=counting, prior_vetoes=tables.prior_vetoes,
        prior_vetoes_count=0 if tables.prior_vetoes is None else _rows(tables.prior_vetoes, backend),
        parents=parents, children_max=children,
        holders=holders, holders_count=0 if holders is None else _rows(holders, backend),
        tenures=tables.tenures if any(map(goes_by_time, contracts)) else None,
        year_ends=year_ends,
    )  # fmt: skip


def _rows(frame: Frame, backend: Backend) -> int:
    return int(backend.take(frame.select(nw.len().alias("rows")))["rows"][0])


def _range(frame: Frame, names: Sequence[str], backend: Backend) -> dict[str, tuple[int, int]]:
    """Least and greatest of each column, in one look; 0 and 0 where there is no row."""
    if not names:
        return {}
    least = (nw.col(name).min().alias(f"least {name}") for name in names)
    most = (nw.col(name).max().alias(f"most {name}") for name in names)
    found = backend.take(frame.select(*least, *most))
    return {name: (int(found[f"least {name}"][0] or 0), int(found[f"most {name}"][0] or 0)) for name in names}


def _counting(tables: Tables, due: Sequence[Period], backend: Backend) -> Frame | None:
    """Substantiated incidents that were found in the year, as far as it is due."""
    if tables.incidents is None:
        return None
    inside = _found_in(due[0], due[-1])
    proven = nw.col("state") == IncidentState.SUBSTANTIATED.value
    frame = tables.incidents.filter(inside & proven)
    return backend.keep(frame.select("subject", "kind", "id", "happened_on", "found_on", "severity", "matter"))


def _duties(tables: Tables, backend: Backend) -> tuple[Frame | None, int, int]:
    """The assignments numbered in order, how many there are, and how many one cadre has at most."""
    if tables.assignments is None:
        return None, 0, 0
    order = ["cadre", "role", "start", "until", "party"]
    frame = backend.keep(
        tables.assignments.with_row_index("duty", order_by=order).with_columns(nw.col("duty").cast(nw.Int64))
    )
    counted = frame.group_by("cadre").agg(nw.len().alias("duties"))
    most = _range(counted, ["duties"], backend)["duties"][1]
    return frame, _rows(frame, backend), most


def _parents(tables: Tables, backend: Backend) -> tuple[Frame | None, int]:
    """Every party that stands below another, and how many stand directly below one at most."""
    below = tables.parties.filter(~nw.col("parent").is_null() & (nw.col("parent") != ""))
    frame = backend.keep(below.select("parent", child=nw.col("code")))
    counted = frame.group_by("parent").agg(nw.len().alias("children"))
    most = _range(counted, ["children"], backend)["children"][1]
    return (frame if most else None), most


def _holders(tables: Tables, last: int, backend: Backend) -> Frame | None:
    """Who is in which post at which party on the last day, each once."""
    if tables.tenures is None:
        return None
    held = tables.tenures.filter((nw.col("start") <= last) & (nw.col("until") >= last))
    return backend.keep(held.select("party", "post", "cadre").unique(["party", "post", "cadre"], keep="any"))


def _contract(
    contract: Contract, tables: Tables, counting: Frame | None, due: Sequence[Period], backend: Backend
) -> ContractColumns:
    subjects = _subjects(contract, tables, due)
    if subjects is None:
        empty: dict[str, list[str]] = {name: [] for name in (*SUBJECT_COLUMNS, "party")}
        return ContractColumns(backend.bring(empty, dict.fromkeys(empty, nw.String)), 0, 1)
    keys, joined = _joined_values(contract, tables, subjects, due, backend)
    parameters, joined = _joined_parameters(contract, tables, joined, backend)
    windows = [window for window in windows_of(contract) if window.year == due[0].year]
    kinds, joined = _joined_incidents(counting, windows, joined, backend)
    states, joined = _joined_months(tables, joined, due, backend)
    past, joined = join_history(tables, joined, backend)
    frame = backend.keep(joined)
    sizes = backend.take(
        frame.group_by("league").agg(nw.len().alias("rows")).select(nw.col("rows").max(), all=nw.col("rows").sum())
    )
    numbers = [part for key in keys for part in (column(key, "numerator"), column(key, "denominator"))]
    truths = [*_truths(keys, parameters), *past_truths(past)]
    frame, integers = _integers(frame, [*numbers, *(parameter_name(*key, "numerator") for key in parameters),
                                *(incidents_name(kind, window) for kind in kinds for window in windows),
                                *(incident_days_name(kind, part) for kind in kinds for part in ("happened", "found")),
                                *(months_name(state) for state in states), *past_integers(past)], backend)  # fmt: skip
    always = _constant(frame, truths, backend)
    return ContractColumns(
        frame, int(sizes["all"][0] or 0), int(sizes["rows"][0] or 1),
        {key: _amount(contract, key, integers, always, frame, backend) for key in keys},
        {key: Amount(integers[parameter_name(*key, "numerator")], None, scale, always[parameter_name(*key, "reported")], True)
         for key, scale in parameters.items()},
        {(kind, window): integers[incidents_name(kind, window)] for kind in kinds for window in windows},
        {kind: (integers[incident_days_name(kind, "happened")], integers[incident_days_name(kind, "found")])
         for kind in kinds},
        {state: integers[months_name(state)] for state in states},
        past_columns(past, tables.history_scale, integers, always),
    )  # fmt: skip


def _integers(
    frame: Frame, names: Sequence[str], backend: Backend
) -> tuple[Frame, dict[str, IntegerColumn]]:  # fmt: skip
    """The columns with their ranges, and the frame with those in 32 bits that may be."""
    found: dict[str, IntegerColumn] = {}
    for name, (low, high) in _range(frame, names, backend).items():
        found[name] = IntegerColumn(name, low, high, short=low >= 0 and high <= backend.short_max)
    short = [name for name, one in found.items() if one.short]
    return backend.keep(frame.with_columns(nw.col(short).cast(nw.UInt32))) if short else frame, found


def _subjects(contract: Contract, tables: Tables, due: Sequence[Period]) -> Frame | None:
    """Subject, code, name, kind, post, group, league, party of everybody the contract assesses."""
    frame = _cadres(contract, tables, due) if contract.posts else _parties(contract, tables)
    if frame is None:
        return None
    league = {Peers.ALL: nw.lit("", nw.String), Peers.GROUP: nw.col("group"), Peers.KIND: nw.col("kind")}
    league_of = league[contract.ranking.peers]
    return frame.select("code", "name", "kind", "post", "group", "party", subject=nw.col("code"), league=league_of)


def _parties(contract: Contract, tables: Tables) -> Frame:
    chosen = tables.parties.filter(nw.col("kind").is_in(list(contract.assesses)))
    group = nw.when(nw.col("group") == "").then(nw.col("kind")).otherwise(nw.col("group"))
    nothing = nw.lit("", nw.String)
    return chosen.select("code", "name", "kind", post=nothing, group=group, party=nothing)


def _cadres(contract: Contract, tables: Tables, due: Sequence[Period]) -> Frame | None:
    """Everybody in the post that they held last in the year."""
    if tables.tenures is None:
        return None
    first, last = due[0].first_day.toordinal(), due[-1].last_day.toordinal()
    held = tables.tenures.filter((nw.col("start") <= last) & (nw.col("until") >= first))
    latest = held.group_by("cadre").agg(nw.col("start").max().alias("latest"))
    at_last = held.join(latest, on="cadre", how="inner").filter(nw.col("start") == nw.col("latest"))
    # Of posts taken up on the same day the last by name, and of its parties, as in every other order of posts and parties.
    posts = at_last.group_by("cadre", "post").agg(nw.col("party").max())
    last_post = posts.group_by("cadre").agg(nw.col("post").max())
    chosen = posts.join(last_post, on=["cadre", "post"], how="semi").filter(
        nw.col("post").is_in([post.id for post in contract.posts])
    )
    post = nw.col("post")
    named = chosen.select(post, code=nw.col("cadre"), kind=post, group=post, party=nw.col("party"))
    if tables.cadres is None:
        return named.with_columns(name=nw.col("code"))
    return named.join(tables.cadres, on="code", how="left").with_columns(nw.col("name").fill_null(""))


def _joined_values(
    contract: Contract, tables: Tables, subjects: Frame, due: Sequence[Period], backend: Backend
) -> tuple[list[AmountKey], Frame]:
    """The values of the contract's indicators beside its subjects; where nothing was reported 0 / 1."""
    keys: list[AmountKey] = []
    joined = 0
    for reported in tables.values:
        own = [key for key in reported.keys if _looked_at(key[1], due)]
        if not own or reported.contract != contract.contract:
            continue
        names = [column(key, part) for key in own for part in ("numerator", "denominator", "counted")]
        subjects = subjects.join(reported.frame.select("subject", *names), on="subject", how="left")
        fillers = {}
        for key in own:
            over, under, counted = (nw.col(column(key, part)) for part in ("numerator", "denominator", "counted"))
            fillers[column(key, "reported")] = ~over.is_null()
            fillers[column(key, "numerator")] = over.fill_null(0)
            fillers[column(key, "denominator")] = under.fill_null(1)
            fillers[column(key, "counted")] = counted.fill_null(False)
        subjects = subjects.with_columns(**fillers)
        keys += own
        joined += 1
        if joined % JOINS_NESTED_MAX == 0:
            subjects = backend.keep(subjects)
    return keys, subjects


def _looked_at(reported: Period, due: Sequence[Period]) -> bool:
    period, last = reported.in_year_ending(due[-1].ends), due[-1]
    return period.year == last.year - 1 or (period.year == last.year and period.last_month <= last.last_month)


def _truths(keys: Sequence[AmountKey], parameters: dict[tuple[str, str], int]) -> list[str]:
    of_values = [column(key, part) for key in keys for part in ("reported", "counted")]
    return of_values + [parameter_name(*key, "reported") for key in parameters]


def _constant(frame: Frame, names: Sequence[str], backend: Backend) -> dict[str, str | bool]:
    """Each Boolean column: what it is in every row, or its name where that differs."""
    if not names:
        return {}
    every = (nw.col(name).all().alias(f"all {name}") for name in names)
    some = (nw.col(name).any().alias(f"any {name}") for name in names)
    found = backend.take(frame.select(*every, *some))
    told: dict[str, str | bool] = {}
    for name in names:
        if found[f"all {name}"][0] is not False:
            told[name] = True
        else:
            told[name] = name if found[f"any {name}"][0] else False
    return told


def _amount(
    contract: Contract, key: AmountKey, integers: dict[str, IntegerColumn], always: dict[str, str | bool], frame: Frame,
    backend: Backend,
) -> Amount:  # fmt: skip
    """A ratio keeps both its numbers; of anything else the divisors are few and become one unit."""
    over, under = column(key, "numerator"), column(key, "denominator")
    reported, counted = always[column(key, "reported")], always[column(key, "counted")]
    numerator, denominator = integers[over], integers[under]
    if contract.indicator_by_id[key[0]].kind is not Kind.RATIO and (denominator.low, denominator.high) == (1, 1):
        return Amount(numerator, None, 1, reported, counted)
    if counted is False:
        divisors = backend.take(frame.select(under).unique())[under]
        denominator = replace(denominator, multiple=_multiple_of(map(int, divisors)))
    return Amount(numerator, denominator, 1, reported, counted)


def _multiple_of(divisors: Iterable[int]) -> int:
    """The least number that all of them divide; 0 where it is too large for any engine."""
    multiple = 1
    for divisor in divisors:
        multiple = lcm(multiple, divisor)
        if multiple > INT128_MAX:
            return 0
    return multiple


def _joined_parameters(
    contract: Contract, tables: Tables, subjects: Frame, backend: Backend
) -> tuple[dict[tuple[str, str], int], Frame]:
    """Agreed parameters beside the subjects, in whole units, with the number of units in one. None of them is beyond 64 bits:
    that was looked for when they were read."""
    if tables.targets is None:
        return {}, subjects
    rows = backend.take(tables.targets.select("indicator", "parameter", "denominator").unique())
    scales: dict[tuple[str, str], int] = {}
    for indicator, parameter, divisor in zip(rows["indicator"], rows["parameter"], rows["denominator"], strict=True):
        if indicator in contract.indicator_by_id:
            scales[indicator, parameter] = lcm(scales.get((indicator, parameter), 1), int(divisor))
    for (indicator, parameter), scale in scales.items():
        number = parameter_name(indicator, parameter, "numerator")
        chosen = tables.targets.filter((nw.col("indicator") == indicator) & (nw.col("parameter") == parameter))
        whole = nw.col("numerator") * (nw.lit(scale, nw.Int64) // nw.col("denominator"))
        subjects = subjects.join(chosen.select("subject", **{number: whole}), on="subject", how="left")
        reported = parameter_name(indicator, parameter, "reported")
        subjects = subjects.with_columns(**{reported: ~nw.col(number).is_null(), number: nw.col(number).fill_null(0)})
    return scales, subjects


def _joined_incidents(
    counting: Frame | None, windows: Sequence[Period], subjects: Frame, backend: Backend
) -> tuple[list[str], Frame]:
    """How many of each kind were found in each window, and the latest day one happened and was found."""
    if counting is None:
        return [], subjects
    kinds = sorted(backend.take(counting.select("kind").unique())["kind"])
    counts: dict[str, nw.Expr] = {}
    for kind in kinds:
        own = nw.col("kind") == kind
        for window in windows:
            counts[incidents_name(kind, window)] = nw.when(own & _found_in(window, window)).then(ONE).otherwise(ZERO)
        for part, day in (("happened", "happened_on"), ("found", "found_on")):
            counts[incident_days_name(kind, part)] = nw.when(own).then(nw.col(day)).otherwise(ZERO)
    if not kinds:
        return [], subjects
    summed = [
        (nw.col(name).sum() if name.startswith("incidents ") else nw.col(name).max()).alias(name) for name in counts
    ]
    found = counting.with_columns(**counts).group_by("subject").agg(*summed)
    found = found.select("subject", **{name: nw.col(name).cast(nw.Int64) for name in counts})
    joined = subjects.join(found, on="subject", how="left")
    return kinds, joined.with_columns(nw.col(name).fill_null(0) for name in counts)


def _found_in(first: Period, last: Period) -> nw.Expr:
    return (nw.col("found_on") >= first.first_day.toordinal()) & (nw.col("found_on") <= last.last_day.toordinal())


def _joined_months(tables: Tables, subjects: Frame, due: Sequence[Period], backend: Backend) -> tuple[list[str], Frame]:
    """Month ends that are due on which the subject was in each state, be it told twice."""
    if tables.states is None:
        return [], subjects
    names = sorted(backend.take(tables.states.select("state").unique())["state"])
    for state in names:
        own = tables.states.filter(nw.col("state") == state)
        held = {f"month {month.number}": _in_state(month.last_day.toordinal()) for month in due}
        months = own.with_columns(**held).group_by("subject").agg(*(nw.col(name).max() for name in held))
        total = nw.sum_horizontal(ZERO, *(nw.col(name) for name in held))
        counted = months.select("subject", **{months_name(state): total})
        subjects = subjects.join(counted, on="subject", how="left")
        subjects = subjects.with_columns(nw.col(months_name(state)).fill_null(0))
    return names, subjects


def _in_state(day: int) -> nw.Expr:
    return nw.when((nw.col("start") <= day) & (nw.col("until") >= day)).then(ONE).otherwise(ZERO)
