"""What is assumed of years that have not been, as people write it: a model of an indicator's values or of a kind of incident."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rules.diagnostic import say
from rules.quantity import NotNegativeValue, PositiveValue, Share, WrittenValue
from rules.record import Count, Id, Name, NotWord, Record

PARTIES_MAX = 2000


class _Assumed(Record):
    """Of an indicator or of a kind of incident; of these parties and cadres, by code or name, else of everybody."""

    indicator: Id | None = None
    incident: Id | None = None
    of: Annotated[tuple[Name, ...], Field(max_length=PARTIES_MAX)] = ()

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.indicator is None) == (self.incident is None):
            raise NotWord(say("exactly one of indicator and incident"))
        return self

    @property
    def subject(self) -> str:
        return self.indicator or self.incident or ""


class AssumedFixed(_Assumed):
    """As it was in the year of the records."""

    model: Literal["fixed"]


class AssumedBetaBinomial(_Assumed):
    """Successes out of `trials` (of as many as were reported): `mean` is their chance, which is drawn anew each time, the more
    tightly around the mean the larger `concentration`; without it the chance is the mean itself."""

    model: Literal["beta_binomial"]
    mean: Annotated[Share, Field(le=1)]
    concentration: PositiveValue | None = None
    trials: Count | None = None


class AssumedPoisson(_Assumed):
    """Independent events: `rate` of them are to be expected in each period, of incidents in the year."""

    model: Literal["poisson"]
    rate: NotNegativeValue


class AssumedNegativeBinomial(_Assumed):
    """Events in clusters: `dispersion` is the variance over the mean."""

    model: Literal["negative_binomial"]
    mean: NotNegativeValue
    dispersion: Annotated[WrittenValue, Field(ge=1)]


Assumption = Annotated[
    AssumedFixed | AssumedBetaBinomial | AssumedPoisson | AssumedNegativeBinomial, Field(discriminator="model")
]
