"""Rows to targets, incidents, states and vetoes of earlier years."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from rules.contract import Contract
from rules.diagnostic import say
from rules.safeguards import refused_subject
from targets.intake.cells import code_of, day_of, named_in, text_of, word_of, year_of
from targets.intake.faults import shown
from targets.intake.gathered import Gathered
from targets.intake.line import Line, day_zero_of
from targets.intake.names import Names
from targets.intake.register import Register
from targets.intake.values import target_of
from targets.intake.who import days
from targets.observation import PARAMETERS, Incident, IncidentState, PriorVeto, StateRecord, Target
from targets.vocabulary import INCIDENT_STATES, PARAMETER_WORDS


def read_targets(lines: Iterable[Line], register: Register, gathered: Gathered) -> None:
    """Rows without a value are skipped: the template lists every party, and not each has agreed on each."""
    for line in lines:
        if not line.is_blank("value"):
            _read_target(line, register, gathered)


def _read_target(line: Line, register: Register, gathered: Gathered) -> None:
    subject, ids = line.reference("subject"), indicators_of(line, register)
    parameter = line.need("parameter", lambda cell: word_of(cell, PARAMETER_WORDS), PARAMETERS[0])
    if not subject or not ids:
        return
    indicator = register.definition(subject, ids)
    if indicator is None:
        add_not_assessed(line, register, subject)
        return
    if indicator.statistic or refused_subject((indicator.id, indicator.name)) is not None:
        expected = say("a target for a service; statistics are recorded and reported, and nothing hangs on them")
        hint = say("take the row out; the value itself belongs in the data")
        line.add("DX562", line.place("indicator"), shown(line.cell("indicator").text), expected, hint)
        return
    value = line.need("value", lambda cell: target_of(cell, indicator), None)
    place, key = line.place("value"), ("target", subject, indicator.id, parameter)
    if line.sound and value is not None and gathered.first(key, place, line.cell("value").text):
        gathered.targets.append(Target(subject, indicator.id, parameter, value, place))


def indicators_of(line: Line, register: Register) -> tuple[str, ...]:
    """The ids that the row's indicator may mean: contracts may share a name."""
    text = line.need("indicator", text_of, "")
    found = register.lexicon.indicators.find(text) if text else ()
    if text and not found:
        names = register.lexicon.indicators
        expected = say("the name or id of an indicator of a contract")
        nearest = names.nearest(text)
        hint = say("did you mean {word}?", word=nearest) if nearest else say("known are {words}", words=names.listed())
        line.add("DX533", line.place("indicator"), shown(text), expected, hint)
    return found


def add_not_assessed(line: Line, register: Register, subject: str) -> None:
    line.sound = False
    if register.was_set_aside(subject):
        return
    titles = "、".join(contract.title for contract in register.contracts_of(subject)) or "—"
    expected = say("an indicator of the contracts of {subject}: {titles}", subject=subject, titles=titles)
    hint = say("check the row's party, its kind, or the cadre's post")
    place, text = line.place("indicator"), line.cell("indicator").text
    line.add("DX560", place, shown(text), expected, hint, group=(line.table.grid.sheet, "indicator", text, subject))


def read_incidents(lines: Iterable[Line], register: Register, gathered: Gathered) -> None:
    """An id names one event for ever: what is learnt later may change, but not whom it concerns, its kind and its day."""
    seen: dict[str, Incident] = {}
    for line in lines:
        incident = _incident(line, register)
        if incident is None:
            continue
        earlier = seen.setdefault(incident.id, incident)
        repeated = replace(earlier, place=None) == replace(incident, place=None)
        if not gathered.first(
            ("incident", incident.id), line.place("id"), incident.id, "DX540" if repeated else "DX541"
        ):
            continue
        known = register.incidents.get(incident.id)
        if known is not None and _event(known) != _event(incident):
            expected = say("a new id, or the event as it is known: {event}", event=" ".join(map(str, _event(known))))
            line.add("DX541", line.place("id"), shown(incident.id), expected)
        gathered.incidents.append(incident)


def _event(incident: Incident) -> tuple[str, str, date]:
    return incident.subject, incident.kind, incident.happened_on


def _incident(line: Line, register: Register) -> Incident | None:
    zero, lexicon = day_zero_of(line), register.lexicon
    expected = say("a kind of incident that a contract names")
    kind = line.need("kind", lambda cell: named_in(cell, lexicon.incidents, "DX534", expected), "")
    severities = lexicon.severities.get(kind) or Names()
    rated = say("a severity that the contract names for this kind") if severities else say("no severity for this kind")
    state = line.need("state", lambda cell: word_of(cell, INCIDENT_STATES), "")
    incident = Incident(
        line.need("id", code_of, ""),
        line.reference("subject"),
        kind,
        line.need("happened_on", lambda cell: day_of(cell, zero), date.min),
        line.need("found_on", lambda cell: day_of(cell, zero), date.max),
        IncidentState(state) if state else IncidentState.REPORTED,
        line.may("evidence", text_of, ""),
        line.may("severity", lambda cell: named_in(cell, severities, "DX534", rated), "") if kind else "",
        line.may("note", text_of, ""),
        line.place("id"),
        line.may("matter", text_of, ""),
    )
    _check_incident(incident, line, register)
    return incident if line.sound else None


def _check_incident(incident: Incident, line: Line, register: Register) -> None:
    if incident.found_on < incident.happened_on:
        expected = say("a day not before {day}", day=incident.happened_on.isoformat())
        line.add(
            "DX576",
            line.place("found_on"),
            shown(line.cell("found_on").text),
            expected,
            also=(line.place("happened_on"),),
        )
    elif line.sound and not register.lexicon.knows_day(incident.found_on):
        expected = say("a day of {years}", years=register.lexicon.years_listed)
        line.add("DX558", line.place("found_on"), shown(line.cell("found_on").text), expected)
    if incident.counts and not incident.evidence:
        expected = say("the document that proves it")
        hint = say("write its number or title, or 已上报 (reported) until there is one")
        line.add("DX577", line.place("evidence"), shown(line.cell("evidence").text), expected, hint)


def read_states(lines: Iterable[Line], register: Register, gathered: Gathered) -> None:
    names, expected = register.lexicon.states, say("a state that a contract names")
    for line in lines:
        start, until = days(line)
        subject = line.reference("subject")
        state = line.need(
            "state", lambda cell: named_in(cell, names, "DX534", expected) if names else text_of(cell), ""
        )
        key = ("state", subject, state, start)
        if line.sound and gathered.first(key, line.place("start"), line.cell("start").text):
            gathered.states.append(StateRecord(subject, state, start, until, line.place("state")))


def read_prior_vetoes(lines: Iterable[Line], register: Register, gathered: Gathered) -> None:
    for line in lines:
        veto = _prior_veto(line, register)
        key = ("prior veto", veto.subject, veto.contract, veto.veto, veto.happened_on)
        if line.sound and gathered.first(key, line.place("veto"), line.cell("veto").text):
            gathered.prior_vetoes.append(veto)


def _prior_veto(line: Line, register: Register) -> PriorVeto:
    zero, lexicon = day_zero_of(line), register.lexicon
    known_contract, known_veto = say("the title or id of a contract"), say("the name or id of a veto of that contract")
    contract_id = line.need("contract", lambda cell: named_in(cell, lexicon.titles, "DX534", known_contract), "")
    vetoes = lexicon.vetoes.get(contract_id) or Names()
    veto = PriorVeto(
        line.reference("subject"),
        contract_id,
        line.need("veto", lambda cell: named_in(cell, vetoes, "DX534", known_veto), "") if contract_id else "",
        line.need("happened_on", lambda cell: day_of(cell, zero), date.min),
        line.need("until_year", year_of, 0),
        line.place("veto"),
    )
    contract = next((each for each in lexicon.contracts if each.contract == contract_id), None)
    if line.sound and contract is not None:
        _check_prior_veto(veto, contract, line)
    return veto


def _check_prior_veto(veto: PriorVeto, contract: Contract, line: Line) -> None:
    if veto.happened_on >= contract.whole_year.first_day:
        expected = say("a day before {year}", year=contract.whole_year.in_full)
        hint = say("an event of the year itself belongs in the table of incidents")
        line.add("DX578", line.place("happened_on"), shown(line.cell("happened_on").text), expected, hint)
    elif veto.until_year < veto.happened_on.year:
        expected = say("a year not before {year}", year=veto.happened_on.year)
        line.add("DX578", line.place("until_year"), shown(line.cell("until_year").text), expected)
    elif veto.until_year < contract.year:
        found, expected = shown(line.cell("until_year").text), say("{year} or later", year=contract.year)
        line.faults.add("DX579", line.place("until_year"), found, expected, say("it changes nothing any more"))
