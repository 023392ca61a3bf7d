"""Who is assessed by which contract, and whose value of an indicator is whose business."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from rules.contract import Contract
from rules.diagnostic import Text, say
from rules.indicator import Indicator
from targets.bulk.faults import Check
from targets.bulk.opening import is_nothing
from targets.bulk.source import Source
from targets.bulk.texts import compare_names, refer
from targets.columns.year import Frame
from targets.intake.lexicon import Lexicon

# True of parties, false of cadres, null for whoever is neither.
IS_PARTY = "is a party"
_HINT = say("check the row's party, its kind, or the cadre's post")


def belongs(contract: Contract) -> str:
    """The name of the Boolean column that says who is assessed by the contract."""
    return f"belongs to {contract.contract}"


@dataclass(frozen=True, slots=True)
class People:
    """Everybody that a row may be about. A contract assesses the parties of its kinds, and the cadres who held one of its
    posts at any time."""

    parties: Frame
    cadres: Frame | None
    tenures: Frame | None
    lexicon: Lexicon

    @property
    def listed(self) -> Frame:
        """Code and name of each."""
        parties = self.parties.select("code", "name")
        return parties if self.cadres is None else nw.concat([parties, self.cadres.select("code", "name")])

    def refer(self, source: Source) -> None:
        """The column `subject` is somebody who is listed, and the name beside is theirs."""
        refer(source, "subject", self.listed, say("the code of a party or cadre in the lists"))
        compare_names(source, "subject", self.listed)

    def told_apart(self, source: Source, contracts: Sequence[Contract]) -> bool:
        """`refer`, and whether the rows now say by `belongs` and `IS_PARTY` who is assessed by what. They need not where all
        of them are about those whom the only contract assesses."""
        if len(contracts) == 1 and self._all_assessed(source, contracts[0]):
            compare_names(source, "subject", self.listed)
            return False
        self.refer(source)
        source.frame = source.frame.join(self._flags(contracts), left_on="subject", right_on="code", how="left")
        return True

    def _all_assessed(self, source: Source, contract: Contract) -> bool:
        codes = [self.parties.filter(nw.col("kind").is_in(list(contract.assesses))).select("code")]
        if self.tenures is not None and contract.posts:
            held = self.tenures.filter(nw.col("post").is_in([post.id for post in contract.posts]))
            codes.append(held.select(code=nw.col("cadre")))
        source.frame = source.frame.with_columns(subject=nw.col("subject").cast(nw.String).fill_null(""))
        source.texts.add("subject")
        subjects = source.frame.select("subject")
        others = subjects.join(nw.concat(codes), left_on="subject", right_on="code", how="anti").head(1)
        return not source.backend.take(others)["subject"]

    def _flags(self, contracts: Sequence[Contract]) -> Frame:
        """A row a person or party by `code`; `IS_PARTY` is null also where the kind or a post is wrong, which was told."""
        of_parties = {belongs(one): nw.col("kind").is_in(list(one.assesses)) for one in contracts}
        sound = nw.when(~nw.col("kind").is_null()).then(nw.lit(True))
        told = self.parties.select("code", **of_parties, **{IS_PARTY: sound}).unique(["code"], keep="any")
        if self.cadres is None:
            return told
        names = list(of_parties)
        if self.tenures is None:
            nobody = {name: nw.lit(False) for name in (*names, IS_PARTY)}
            return nw.concat([told, self.cadres.select("code", **nobody)])
        by_post = {belongs(one): nw.col("post").is_in([post.id for post in one.posts]) for one in contracts}
        held = self.tenures.select("cadre", **by_post, unsound=nw.col("post").is_null()).group_by("cadre")
        agreed = held.agg(*(nw.col(name).any() for name in (*names, "unsound")))
        cadres = self.cadres.select("code").join(agreed, left_on="code", right_on="cadre", how="left")
        flags = {name: nw.col(name).fill_null(False) for name in names}
        no_party = nw.when(~nw.col("unsound").fill_null(False)).then(nw.lit(False))
        return nw.concat([told, cadres.select("code", **flags, **{IS_PARTY: no_party})])


def is_of(contract: Contract, indicator: Indicator, lexicon: Lexicon) -> nw.Expr:
    """Whether the contract says what the subject's value of its indicator is: it assesses them; or the indicator is a
    statistic, which any party may report, and no other contract's business."""
    own = nw.col(belongs(contract))
    if not indicator.statistic:
        return own.fill_null(False)
    others = [one for one, _ in lexicon.definitions[indicator.id] if one is not contract]
    anyone = nw.col(IS_PARTY)
    for other in others:
        anyone = anyone & ~nw.col(belongs(other))
    return (own | anyone).fill_null(False)


def refuse_others(source: Source, lexicon: Lexicon) -> None:
    """A value of an indicator that the subject is not assessed by, in the long form."""
    own = [
        is_of(contract, indicator, lexicon) & (nw.col("indicator") == name)
        for name, definitions in lexicon.definitions.items()
        for contract, indicator in definitions
    ]
    others = ~nw.any_horizontal(*own, ignore_nulls=True) & _is_known() & ~nw.col("indicator").is_null()

    def expected(row: Mapping[str, Any]) -> Text:
        return say("an indicator of the contracts that {subject} is assessed by", subject=row["subject"])

    source.fault_where(others, ("subject", "indicator"), "DX560", expected, "indicator", _HINT)


def refuse_others_in_wide(source: Source, lexicon: Lexicon) -> None:
    """The same where an indicator is a column: whoever is not assessed by it has an empty cell there."""
    expected = say("an indicator of the contract that the party or cadre is assessed by")
    kinds = source.frame.collect_schema()
    checks = []
    for heading, measure in source.measures.items():
        own = [
            is_of(contract, indicator, lexicon)
            for name in measure.indicators
            for contract, indicator in lexicon.definitions[name]
        ]
        cell = nw.col(heading)
        empty = is_nothing(cell) if kinds[heading] == nw.String else cell.is_null()
        others = ~nw.any_horizontal(*own, ignore_nulls=True) & _is_known() & ~empty
        checks.append(Check(others, "DX560", expected, heading, _HINT))
    source.look_for(checks, ("subject", "period"))


def _is_known() -> nw.Expr:
    return ~nw.col(IS_PARTY).is_null()
