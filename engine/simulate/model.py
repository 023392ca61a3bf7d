"""What can be assumed of a value that is drawn, as data: one model for each subject, indicator, period and entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# How much of a subject's luck is shared by all that it does, in the correlation of what lies behind two of its values.
TOGETHER = 0.1


@dataclass(frozen=True, slots=True)
class BetaBinomial:
    """So many of the `trials` (without them: of the denominator as reported) succeed; the chance of each is drawn anew from a
    beta distribution around `mean`, the tighter the larger `concentration` (without it: the chance is the mean itself)."""

    mean: float
    concentration: float | None = None
    trials: int | None = None


@dataclass(frozen=True, slots=True)
class Poisson:
    """Independent events, `rate` of them to be expected."""

    rate: float


@dataclass(frozen=True, slots=True)
class NegativeBinomial:
    """Events that come in clusters: `dispersion` is the variance over the mean, above 1."""

    mean: float
    dispersion: float


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Each of these values is as likely as the others; in units of the series (`Series.scale`)."""

    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """As it was."""


Model = BetaBinomial | Poisson | NegativeBinomial | Bootstrap | Fixed
AS_IT_WAS = Fixed()


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is assumed rather than fitted.

    `values` by indicator, or by subject and indicator (which goes before), `incidents` likewise by kind: the model of each
    period, and of the year. `together`: the correlation, from 0 to below 1, of what lies behind any two values of a subject.
    `everything` is the model of all that is not named here, in place of the fitted ones.
    """

    values: Mapping[str | tuple[str, str], Model] = field(default_factory=dict)
    incidents: Mapping[str | tuple[str, str], Model] = field(default_factory=dict)
    together: float = TOGETHER
    everything: Model | None = None

    def of_value(self, subject: str, indicator: str) -> Model | None:
        return self.values.get((subject, indicator)) or self.values.get(indicator) or self.everything

    def of_incidents(self, subject: str, kind: str) -> Model | None:
        return self.incidents.get((subject, kind)) or self.incidents.get(kind) or self.everything
