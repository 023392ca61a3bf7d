"""The tables. A row of a record table is one version of one record; nothing is changed or removed, only appended.

Columns mirror the records (`targets.rows` says how). Whole numbers are BIGINT, an exact ratio is two of them, days are
DATE; there is no floating-point column. A subject is the code of a party or of a cadre and a party has many versions,
so that records refer to each other by code and not by foreign key: the checks of the year's records look at that.

Change a table here together with a new file in `targets/migrations/versions`; a test holds the two together.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime
from sqlalchemy import BigInteger, MetaData, text
from sqlmodel import Field, SQLModel

REVISION = "0008"
"""The newest migration, which this program works with; kept here so that opening a workspace need not load Alembic."""

Whole = Annotated[int, Field(sa_type=BigInteger)]
Number = Annotated[int, Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})]
BatchNumber = Annotated[int, Field(sa_type=BigInteger, foreign_key="import_batch.id")]
Key = Annotated[str, Field(primary_key=True)]
DayKey = Annotated[date, Field(primary_key=True)]


class Table(SQLModel):
    """Named constraints, so that a later migration can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class ImportBatch(Table, table=True):
    """One act of recording. Numbers have no gaps, and its day is never before that of the batch before it."""

    __tablename__ = "import_batch"
    id: Number
    recorded_on: date
    written_at: AwareDatetime
    who: str
    note: str


class ImportFile(Table, table=True):
    """A file that the batch was read from; two of one name, from different folders, differ in their hash."""

    __tablename__ = "import_file"
    batch: Annotated[int, Field(sa_type=BigInteger, primary_key=True, foreign_key="import_batch.id")]
    path: Key
    sha256: Key


class ImportCount(Table, table=True):
    """What the batch did to one table."""

    __tablename__ = "import_count"
    batch: Annotated[int, Field(sa_type=BigInteger, primary_key=True, foreign_key="import_batch.id")]
    record_table: Key
    new: Whole
    superseded: Whole
    unchanged: Whole
    withdrawn: Whole


class PartyVersion(Table, table=True):
    __tablename__ = "party"
    code: Key
    version: Number
    batch: BatchNumber
    withdrawn: bool
    name: str
    kind: str
    parent: str
    group: str


class CadreVersion(Table, table=True):
    __tablename__ = "cadre"
    code: Key
    version: Number
    batch: BatchNumber
    withdrawn: bool
    name: str


class TenureVersion(Table, table=True):
    __tablename__ = "tenure"
    cadre: Key
    post: Key
    party: Key
    start: DayKey
    version: Number
    batch: BatchNumber
    withdrawn: bool
    until: date | None


class AssignmentVersion(Table, table=True):
    __tablename__ = "assignment"
    cadre: Key
    party: Key
    role: Key
    start: DayKey
    version: Number
    batch: BatchNumber
    withdrawn: bool
    until: date | None
    share_numerator: Whole
    share_denominator: Whole


class Place(Table):
    """Where the record was typed, as `rules.diagnostic.Span` has it; all empty when it is not known."""

    place_path: str | None
    place_sheet: str | None
    place_line: Annotated[int | None, Field(sa_type=BigInteger)]
    place_column: Annotated[int | None, Field(sa_type=BigInteger)]
    place_width: Annotated[int | None, Field(sa_type=BigInteger)]
    place_cell: str | None


class TargetVersion(Place, table=True):
    __tablename__ = "target"
    subject: Key
    indicator: Key
    parameter: Key
    version: Number
    batch: BatchNumber
    withdrawn: bool
    value_numerator: Whole
    value_denominator: Whole


class ObservationVersion(Place, table=True):
    __tablename__ = "observation"
    subject: Key
    indicator: Key
    period: Key
    entry: Key
    version: Number
    batch: BatchNumber
    withdrawn: bool
    numerator: Whole
    denominator: Whole
    counted: bool
    recorded_on: date | None


class IncidentVersion(Place, table=True):
    __tablename__ = "incident"
    id: Key
    version: Number
    batch: BatchNumber
    withdrawn: bool
    subject: str
    kind: str
    happened_on: date
    found_on: date
    state: str
    evidence: str
    severity: str
    note: str
    matter: str = Field(default="", sa_column_kwargs={"server_default": text("''")})


class StateVersion(Place, table=True):
    __tablename__ = "state_record"
    subject: Key
    state: Key
    start: DayKey
    version: Number
    batch: BatchNumber
    withdrawn: bool
    until: date | None


class PriorVetoVersion(Place, table=True):
    __tablename__ = "prior_veto"
    subject: Key
    contract: Key
    veto: Key
    happened_on: DayKey
    version: Number
    batch: BatchNumber
    withdrawn: bool
    until_year: Whole


class PastResultVersion(Place, table=True):
    __tablename__ = "past_result"
    subject: Key
    contract: Key
    year: Number
    version: Number
    batch: BatchNumber
    withdrawn: bool
    score_numerator: Annotated[int | None, Field(sa_type=BigInteger)]
    score_denominator: Annotated[int | None, Field(sa_type=BigInteger)]
    rank: Annotated[int | None, Field(sa_type=BigInteger)]
    grade: str
    vetoed: bool


class AssessmentRun(Table, table=True):
    """An assessment, named by the hash of its contracts, its data and the engine; the result is canonical JSON."""

    __tablename__ = "run"
    name: Key
    contracts_hash: str
    data_hash: str
    engine_version: str
    year: Whole
    through: Whole
    batch: Annotated[int | None, Field(sa_type=BigInteger, foreign_key="import_batch.id")]
    supersedes: Annotated[str | None, Field(foreign_key="run.name")]
    created_at: AwareDatetime
    result: str


class RunEvent(Table, table=True):
    """A step in the life of a run: it became a draft (again), was published (with its period), was sealed."""

    __tablename__ = "run_event"
    id: Number
    run: Annotated[str, Field(foreign_key="run.name", index=True)]
    state: str
    happened_at: AwareDatetime
    who: str
    first_day: date | None
    last_day: date | None


class RunCheckRow(Table, table=True):
    """How far a run's result was cross-checked by the second evaluator; a row each time it was made."""

    __tablename__ = "run_check"
    id: Number
    run: Annotated[str, Field(foreign_key="run.name", index=True)]
    extent: str
    cells: Whole
    happened_at: AwareDatetime


class ContractText(Table, table=True):
    """A contract as it was written when a run was made under it; `hash` is that of its content (`rules.amend`)."""

    __tablename__ = "contract_text"
    hash: Key
    path: str
    text: str


class RunContract(Table, table=True):
    """The contracts that a run was assessed under."""

    __tablename__ = "run_contract"
    run: Annotated[str, Field(primary_key=True, foreign_key="run.name")]
    contract: Annotated[str, Field(primary_key=True, foreign_key="contract_text.hash")]


class AppealRow(Table, table=True):
    """Somebody assessed objects to a published run."""

    __tablename__ = "appeal"
    id: Number
    run: Annotated[str, Field(foreign_key="run.name", index=True)]
    subject: str
    filed_on: date
    claim: str
    happened_at: AwareDatetime
    who: str


class AppealDecision(Table, table=True):
    """What was decided on an appeal, once, and on what ground."""

    __tablename__ = "appeal_decision"
    appeal: Annotated[int, Field(sa_type=BigInteger, primary_key=True, foreign_key="appeal.id")]
    upheld: bool
    decided_on: date
    ground: str
    happened_at: AwareDatetime
    who: str


class VoucherRow(Table, table=True):
    """An entry of the ledger, chained by hash to the one before it (`targets.ledger`)."""

    __tablename__ = "voucher"
    number: Number
    day: date
    run: Annotated[str | None, Field(foreign_key="run.name", index=True)]
    kind: str
    contract: str
    clause: str
    subject: str
    note: str
    happened_at: AwareDatetime
    who: str
    previous_hash: str
    hash: str


class PostingRow(Table, table=True):
    """A line of an entry: debit above 0, credit below; the lines of an entry come to 0."""

    __tablename__ = "posting"
    voucher: Annotated[
        int,
        Field(
            sa_type=BigInteger,
            primary_key=True,
            foreign_key="voucher.number",
            sa_column_kwargs={"autoincrement": False},
        ),
    ]
    line: Number
    account: str
    amount_fen: Whole
    due: str
    payee: str


class TrailRow(Table, table=True):
    """A link of the chain over the rows of all tables above but those of the ledger, which has its own (`targets.trail`)."""

    __tablename__ = "trail"
    number: Number
    kept: str
    key: str
    run: str
    content: str
    previous_hash: str
    hash: str
