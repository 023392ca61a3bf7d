"""The register of diagnostic codes. A code is stable for ever; docs/diagnostics has one page for each, run by the tests.

DX0xx files, DX1xx the shape of a contract, DX2xx its meaning, DX3xx lints (warnings), DX4xx safeguards,
DX5xx workbooks and tables, DX6xx the year's records against the contract, DX7xx running and the workspace.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Severity(IntEnum):
    """`ERROR` stops the command with exit 2; `WARNING` is shown and the work goes on."""

    ERROR = 0
    WARNING = 1


class Code(NamedTuple):
    """A kind of fault: how grave, and its name in a few words (the English is the catalogue's msgid)."""

    severity: Severity
    title: str


def _error(title: str) -> Code:
    return Code(Severity.ERROR, title)


def _warning(title: str) -> Code:
    return Code(Severity.WARNING, title)


CODES: dict[str, Code] = {
    # files
    "DX001": _error("file not found or not readable"),
    "DX002": _error("not UTF-8 text"),
    "DX003": _error("larger than the limit"),
    "DX004": _error("not YAML"),
    "DX005": _error("key given twice"),
    "DX006": _error("YAML feature that a contract may not use"),
    # shape of a contract
    "DX100": _error("wrong value"),
    "DX101": _error("unknown key"),
    "DX102": _error("missing key"),
    "DX103": _error("not one of the known words"),
    "DX104": _error("unknown scoring method"),
    "DX105": _error("unknown condition"),
    "DX106": _error("not an exact quantity"),
    "DX107": _error("not an identifier"),
    "DX108": _error("not a date, a year or a period"),
    "DX109": _error("list too short or too long"),
    "DX110": _error("nothing is written here"),
    "DX111": _error("list, mapping or single text in the wrong place"),
    "DX112": _error("outside its limits"),
    "DX113": _error("keys that do not go together"),
    # names
    "DX201": _error("name of nothing in the contract"),
    "DX202": _error("id given twice"),
    "DX203": _error("link to a contract that is not there"),
    "DX204": _error("name of nothing in the other contract"),
    "DX205": _error("same version in two files"),
    # items and indicators
    "DX210": _error("method without an indicator"),
    "DX211": _error("indicator that nothing reads"),
    "DX212": _error("option that changes nothing"),
    "DX213": _error("method does not fit the indicator"),
    "DX214": _error("option for ratios only"),
    "DX215": _error("worth more than the whole"),
    "DX216": _error("points finer than declared"),
    "DX217": _error("part of a sum without points"),
    "DX218": _error("parts nested too deeply"),
    "DX219": _error("made of a score that is not known yet"),
    # methods
    "DX220": _error("value in no band"),
    "DX221": _error("value in two bands"),
    "DX222": _error("thresholds equal or the wrong way round"),
    "DX223": _error("lower bound above the upper one"),
    "DX224": _error("target that cannot be divided by"),
    "DX225": _error("weights do not match the periods"),
    "DX226": _error("sheet finer than the reports"),
    "DX227": _error("indicator derived from itself"),
    "DX228": _error("source that cannot be added up"),
    "DX229": _error("points that rounding to a multiple would change"),
    # conditions and first-match lists
    "DX230": _error("condition about what is decided later"),
    "DX231": _error("linked where nobody is linked"),
    "DX232": _error("range without bounds"),
    "DX233": _error("last line leaves somebody out"),
    "DX234": _error("line that is never reached"),
    "DX235": _error("two quotas for one grade"),
    # whom it is for
    "DX240": _error("contract for nobody, or for parties and posts"),
    "DX241": _error("scope that nobody has"),
    "DX242": _error("post linked twice"),
    # sections and the total
    "DX250": _error("contract without a rule"),
    "DX251": _error("balance that nothing is taken from"),
    "DX252": _error("section worth more than its cap"),
    "DX253": _error("more scored items or sections than there are"),
    "DX254": _error("total worth nothing"),
    # money
    "DX260": _error("monthly award without a monthly sheet"),
    "DX261": _error("multiple of a deposit that nobody pays"),
    "DX262": _error("payees get more than the award"),
    "DX263": _error("negative amount of money"),
    "DX264": _error("award of the other kind of contract"),
    "DX265": _error("advance that is no money"),
    # dates and versions
    "DX270": _error("dates reversed or outside the year"),
    "DX271": _error("version and superseded hash do not go together"),
    "DX272": _error("amendment of another contract or year"),
    "DX273": _error("version does not follow"),
    "DX274": _error("supersedes another text"),
    "DX275": _error("in force before what it amends"),
    "DX276": _error("reported by quarters that are not the year's own"),
    "DX277": _error("years of one assessment that end differently"),
    # scenarios: changes of contracts that hold nowhere but in a comparison
    "DX280": _error("change of a contract that is not there"),
    "DX281": _error("path that leads nowhere"),
    "DX282": _error("part that no scenario changes"),
    "DX283": _error("change that does not fit its place"),
    "DX284": _error("two changes of one place"),
    # lints
    "DX301": _warning("base points do not add up to the total"),
    "DX302": _warning("section's points differ from its items"),
    "DX303": _warning("grade that no score reaches"),
    "DX304": _warning("band that no value reaches"),
    "DX305": _warning("counts for nothing"),
    "DX306": _warning("incident punished twice"),
    "DX307": _warning("declared, and no rule looks at it"),
    "DX308": _warning("indicator that nothing uses"),
    "DX309": _warning("cliff"),
    "DX310": _warning("points that nobody can earn"),
    "DX311": _warning("role or post that no rule reaches"),
    "DX312": _warning("quota for everybody or nobody"),
    "DX313": _warning("reward without a condition"),
    "DX314": _warning("cap that is never reached"),
    "DX315": _warning("condition that always or never holds"),
    "DX316": _warning("worse place earns more"),
    "DX317": _warning("more points lead to a worse line"),
    "DX318": _warning("full points differ from party to party"),
    "DX319": _warning("parts worth more than their sum may be"),
    "DX320": _warning("money at a score that nobody has"),
    # ... of scenarios
    "DX330": _warning("change that changes nothing"),
    # safeguards
    "DX400": _error("births or another demographic outcome outside the statistics"),
    "DX401": _error("contraceptive or obstetric procedure outside the statistics"),
    "DX402": _error("inspection for pregnancy or IUDs outside the statistics"),
    "DX403": _error("fee or fine for births"),
    "DX404": _error("statistic that is scored"),
    "DX405": _error("derived from what may only be a statistic"),
    "DX406": _error("births under something that is no service"),
    "DX407": _error("petitions or complaints as a minus"),
    "DX408": _error("record of an individual resident"),
    "DX409": _error("wrong done to people as an advantage"),
    # workbooks and tables
    "DX500": _error("not a workbook that can be read"),
    "DX501": _error("not text in a known encoding"),
    "DX502": _error("broken row in a CSV file"),
    "DX503": _error("marked copy in the place of the original"),
    "DX504": _error("row longer than its headings"),
    "DX509": _error("more faults than are listed"),
    "DX510": _warning("sheet that is none of the tables"),
    "DX511": _warning("hidden sheet not read"),
    "DX512": _error("no row of headings"),
    "DX513": _error("column missing"),
    "DX514": _error("column that nobody reads"),
    "DX515": _error("heading given twice"),
    "DX516": _warning("row passed over"),
    "DX517": _error("no table in the file"),
    "DX518": _error("part of an indicator not understood"),
    "DX519": _error("one value in several merged cells"),
    "DX520": _error("empty cell that must be filled"),
    "DX521": _error("not a number"),
    "DX522": _error("formula without a saved value"),
    "DX523": _error("error value in a cell"),
    "DX524": _error("shown and stored number differ"),
    "DX525": _error("not a date or year"),
    "DX526": _error("not a period"),
    "DX527": _error("not one of the words of the table"),
    "DX528": _error("not a text or code of this kind"),
    "DX530": _error("unknown party or cadre"),
    "DX531": _error("name shared by several"),
    "DX532": _error("code and name disagree"),
    "DX533": _error("unknown indicator"),
    "DX534": _error("not named in any contract"),
    "DX535": _error("unknown checklist entry"),
    "DX540": _error("row given twice"),
    "DX541": _error("one code for two things"),
    "DX550": _error("count not whole or negative"),
    "DX551": _error("more decimals than declared"),
    "DX552": _error("money finer than a fen"),
    "DX553": _error("outside the plausible range"),
    "DX554": _warning("numerator greater than denominator"),
    "DX555": _error("parts of a value that do not go together"),
    "DX556": _error("not yes or no"),
    "DX557": _error("period of another length than the indicator's"),
    "DX558": _error("period of another year"),
    "DX559": _error("derived indicator reported"),
    "DX560": _error("not assessed by this indicator"),
    "DX561": _error("ratio without its percent sign"),
    "DX562": _error("target for a statistic"),
    "DX570": _error("wrong code for the kind of party"),
    "DX571": _error("wrong place in the tree of parties"),
    "DX572": _error("end before the beginning"),
    "DX573": _error("periods of office that overlap"),
    "DX574": _error("share outside 0 to 100%"),
    "DX576": _error("found before it happened"),
    "DX577": _error("substantiated without evidence"),
    "DX578": _error("earlier veto or result that is not of an earlier year"),
    "DX579": _warning("earlier veto no longer in force"),
    # the year's records against the contract
    "DX601": _error("value not reported"),
    "DX602": _error("some periods not reported"),
    "DX603": _error("no target for the party"),
    "DX604": _error("no value of the year before"),
    "DX605": _error("mark outside the points"),
    "DX606": _error("ratio without its counts"),
    "DX607": _error("nothing to count"),
    "DX608": _error("target that cannot be used"),
    "DX609": _error("value in no band"),
    "DX610": _error("too few items or sections scored"),
    "DX611": _error("nothing left to score"),
    "DX612": _error("linked contract not given"),
    "DX613": _error("cadre answers for no party"),
    "DX614": _error("contract of another year"),
    "DX615": _error("contract given twice"),
    "DX617": _error("nobody to assess"),
    "DX616": _error("capped grade unknown to the cadres' contract"),
    "DX618": _error("forfeited deposit without an account"),
    "DX620": _error("number too large for the engine"),
    "DX621": _error("the two evaluators differ"),
    # running and the workspace
    "DX700": _error("not a workspace"),
    "DX701": _error("workspace of a newer version"),
    "DX702": _error("damaged workspace"),
    "DX703": _error("workspace cannot be reached or written"),
    "DX704": _error("workspace in use for too long"),
    "DX705": _error("recorded before the last batch"),
    "DX706": _error("value that cannot be kept as it is"),
    "DX707": _error("nothing there to withdraw"),
    "DX708": _error("no such run"),
    "DX709": _error("a run is never changed"),
    "DX710": _error("rule engine not available"),
    "DX711": _error("option or file name not understood"),
    "DX712": _error("nobody and nothing of that name"),
    "DX713": _error("file or folder that cannot be used"),
    "DX714": _error("not ready to be sealed"),
    "DX715": _error("not cross-checked"),
    "DX716": _error("appeal or decision that cannot be taken down"),
    "DX717": _error("publicity period that ends before it begins"),
    "DX718": _error("the ledger does not hold together"),
    "DX719": _error("entered before the last voucher"),
    "DX720": _error("another deposit in the ledger than the contract asks"),
    "DX721": _error("a kept run comes out differently"),
    "DX722": _error("database that cannot be used"),
    "DX723": _error("not a sealed run"),
}
