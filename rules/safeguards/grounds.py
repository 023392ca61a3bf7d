"""What the safeguards protect, which code says so, and the rule each refusal rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rules.diagnostic import Text, say


class Subject(StrEnum):
    """What a word is about. Only plain `BIRTHS` may be the denominator of a service."""

    BIRTHS = "births"
    BIRTH_CLASSES = "birth_classes"
    GROWTH = "growth"
    SEX_RATIO = "sex_ratio"
    MARRIAGE = "marriage"
    STERILISATION = "sterilisation"
    ABORTION = "abortion"
    IUD = "iud"
    OBSTETRICS = "obstetrics"
    ACCEPTANCE = "acceptance"
    INSPECTION = "inspection"
    BIRTH_FEES = "birth_fees"
    PETITIONS = "petitions"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Ground:
    """Why something is refused: its subject and code, the word that showed it, what it is, and the rule behind it."""

    subject: Subject
    word: str

    @property
    def code(self) -> str:
        return _CODES[self.subject]

    @property
    def what(self) -> Text:
        return _NAMES[self.subject]

    @property
    def because(self) -> Text:
        return _BECAUSE[self.code]

    @property
    def way_out(self) -> Text:
        return _WAYS_OUT[self.code]


DEMOGRAPHIC, PROCEDURE, INSPECTION, FEE = "DX400", "DX401", "DX402", "DX403"
SCORED_STATISTIC, DERIVED, NO_SERVICE = "DX404", "DX405", "DX406"
PETITION, PERSONAL, ADVANTAGE = "DX407", "DX408", "DX409"

_CODES = {
    Subject.BIRTHS: DEMOGRAPHIC,
    Subject.BIRTH_CLASSES: DEMOGRAPHIC,
    Subject.GROWTH: DEMOGRAPHIC,
    Subject.SEX_RATIO: DEMOGRAPHIC,
    Subject.MARRIAGE: DEMOGRAPHIC,
    Subject.STERILISATION: PROCEDURE,
    Subject.ABORTION: PROCEDURE,
    Subject.IUD: PROCEDURE,
    Subject.OBSTETRICS: PROCEDURE,
    Subject.ACCEPTANCE: PROCEDURE,
    Subject.INSPECTION: INSPECTION,
    Subject.BIRTH_FEES: FEE,
    Subject.PETITIONS: PETITION,
    Subject.PERSON: PERSONAL,
}

_NAMES = {
    Subject.BIRTHS: say("births"),
    Subject.BIRTH_CLASSES: say("births sorted by policy, plan or order"),
    Subject.GROWTH: say("population growth"),
    Subject.SEX_RATIO: say("the sex of newborns"),
    Subject.MARRIAGE: say("marriages or their age"),
    Subject.STERILISATION: say("sterilisation"),
    Subject.ABORTION: say("abortion"),
    Subject.IUD: say("IUDs or implants"),
    Subject.OBSTETRICS: say("deliveries or how they are done"),
    Subject.ACCEPTANCE: say("contraception or who accepts it"),
    Subject.INSPECTION: say("inspection for pregnancy or IUDs"),
    Subject.BIRTH_FEES: say("fees or fines for births"),
    Subject.PETITIONS: say("petitions or complaints counted against someone"),
    Subject.PERSON: say("the record of an individual resident"),
}

QUOTAS = say(
    "demographic goals are not imposed as targets or quotas (Cairo Programme of Action, para 7.12, 1994), and births and "
    "acceptors of a method carry no quota, target or reward (Tiahrt amendment, 1998)"
)
RIGHTS = say(
    "officials in this work may not infringe citizens' rights (Population and Family Planning Law of China, art. 4), "
    "and any form of coercion has no part to play (Cairo Programme of Action, para 7.12, 1994)"
)
_BECAUSE = {
    DEMOGRAPHIC: QUOTAS,
    PROCEDURE: QUOTAS,
    INSPECTION: RIGHTS,
    FEE: say(
        "fees and penalties for births were abolished in August 2021 (Population and Family Planning Law of China)"
    ),
    PETITION: say("nobody may suppress or retaliate against people who complain (Constitution of China, art. 41)"),
    PERSONAL: say(
        "no more personal information than the purpose needs (Personal Information Protection Law of China, art. 6); an "
        "assessment needs totals only"
    ),
}

STATISTIC_ONLY = say("record it as an indicator with `statistic: true`; score the service that is offered instead")
FAMILIES_SERVED = say("score the share of newborns or families served, higher is better")
_WAYS_OUT = {
    DEMOGRAPHIC: STATISTIC_ONLY,
    PROCEDURE: STATISTIC_ONLY,
    INSPECTION: say("score the voluntary health check that was offered and followed up, never who was inspected"),
    FEE: say("leave it out; an unlawful fee may be the incident of a veto against whoever took it"),
    PETITION: say("score the share handled on time, higher is better"),
    PERSONAL: say("keep a total for the village or unit"),
}
