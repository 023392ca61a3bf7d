"""What a contract of the right shape may still have wrong. A check is a function from data to diagnostics.

Nothing here raises or prints: `rules.load` collects. `check` looks at one contract, `check_together` at several that
refer to each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rules.checks import (
    amounts,
    bands,
    conditions,
    declared,
    derived,
    grades,
    indicators,
    ladders,
    methods,
    names,
    payments,
    people,
    prizes,
    references,
    scoped,
    scores,
    sheets,
    together,
    totals,
    worth,
)
from rules.contract import Contract
from rules.diagnostic import Diagnostic
from rules.source import Tree

Check = Callable[[Contract, Tree], Iterable[Diagnostic]]

CHECKS: tuple[Check, ...] = (
    names.ids_given_twice,
    references.names_of_nothing,
    indicators.lacking_or_idle,
    indicators.idle_options,
    indicators.kinds_that_do_not_fit,
    indicators.options_for_ratios,
    indicators.weights_of_periods,
    indicators.sheets_finer_than_reports,
    scores.known_before,
    scores.conditions_before,
    scores.values_in_conditions,
    scores.values_in_money,
    scores.scores_are_points,
    scores.earlier_results_are_points,
    derived.derived_from_itself,
    derived.unfit_sources,
    amounts.finer_than_declared,
    amounts.bounds_crossed,
    amounts.negative_money,
    worth.more_than_the_item,
    worth.no_multiple_of_the_step,
    worth.parts_without_points,
    worth.parts_beyond_the_whole,
    worth.parts_too_deep,
    worth.points_nobody_can_earn,
    worth.worse_place_earns_more,
    methods.thresholds,
    methods.targets_of_completion,
    methods.carried_tasks,
    bands.holes_and_overlaps,
    bands.unreachable,
    conditions.decided_later,
    conditions.terms_that_begin_too_late,
    conditions.nobody_linked,
    conditions.ranges_without_bounds,
    conditions.always_or_never,
    grades.last_leaves_somebody_out,
    grades.after_one_for_everybody,
    grades.quotas,
    grades.out_of_reach,
    ladders.more_points_for_less,
    people.nobody_or_both,
    people.scopes_nobody_has,
    people.linked_twice,
    people.out_of_every_reach,
    sheets.nothing_to_score,
    sheets.balances,
    sheets.section_above_cap,
    sheets.too_many_demanded,
    sheets.too_many_sections_demanded,
    sheets.total_worth_nothing,
    sheets.dates,
    sheets.reports_across_the_year,
    sheets.version_and_hash,
    totals.total_adds_up,
    totals.sections_add_up,
    totals.counts_for_nothing,
    totals.caps_never_reached,
    scoped.full_points_differ,
    payments.monthly_without_sheet,
    payments.multiple_of_no_deposit,
    payments.of_another_kind_of_contract,
    payments.advances_of_money,
    payments.payees_beyond_award,
    prizes.worse_class_pays_more,
    payments.reward_without_condition,
    payments.out_of_reach,
    payments.cliffs,
    declared.incidents_punished_twice,
    declared.declared_in_vain,
    declared.indicators_in_vain,
)


def check(contract: Contract, tree: Tree) -> list[Diagnostic]:
    """Everything wrong with one contract: errors and lints, in no order."""
    return [fault for one in CHECKS for fault in one(contract, tree)]


def check_together(contracts: Sequence[tuple[Contract, Tree]]) -> list[Diagnostic]:
    """What is wrong between contracts that refer to each other: the places where they do."""
    return [fault for one in together.CHECKS for fault in one(contracts)]
