"""The demo town's tree: 48 villages and 14 communities in ten areas, and 12 units."""

from __future__ import annotations

from dataclasses import dataclass

from targets.demo.reporting import Standing, between
from targets.demo.village_pins import POPULATION
from targets.party import Party

# No province has a number that starts with 89, so no real town can have this code.
TOWN_PREFIX = "899901101"
TOWN = Party(f"{TOWN_PREFIX}000", "示例镇（虚构）", "town")

VILLAGE_COUNT, COMMUNITY_COUNT = 48, 14
AREAS = range(1, 11)
PLACES_PER_VILLAGE_AREA, PLACES_PER_COMMUNITY_AREA = 6, 7


@dataclass(frozen=True, slots=True)
class Place:
    """A village or community: its short name in this package (V01, C01), its area, and how many live there."""

    key: str
    party: Party
    area: int
    population: int
    standing: Standing

    @property
    def code(self) -> str:
        return self.party.code

    @property
    def is_village(self) -> bool:
        return self.party.kind == "village"

    @property
    def adults(self) -> int:
        return self.population * 7 // 10

    @property
    def households(self) -> int:
        return self.population // 3


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the town; its group decides which duties are on its sheet."""

    key: str
    party: Party
    standing: Standing

    @property
    def code(self) -> str:
        return self.party.code


_FIRST, _SECOND = "青云松竹梅兰荷桂", "溪岭湾坪塘岗渡桥"
_LEAGUES = {"V": ("平原片", "丘陵片", "山区片"), "C": ("城区片", "城区片", "城区片")}

_TOP = {"V01", "V02", "V03", "V04", "V05", "V06", "V07", "V13", "V19", "V25", "V31", "C01", "C02", "C03"}
_POOR = {"V12", "V18", "V30", "V36", "V42", "C14"}


def _standing(key: str, number: int) -> Standing:
    if key in _TOP:
        return Standing.TOP
    if key in _POOR:
        return Standing.POOR
    return Standing.FAIR if number % 4 == 0 else Standing.GOOD


def _place(letter: str, number: int) -> Place:
    key, village = f"{letter}{number:02d}", letter == "V"
    code = f"{TOWN_PREFIX}{number + 200 if village else number:03d}"
    first, second = divmod(number - 1 if village else VILLAGE_COUNT + number - 1, len(_SECOND))
    name = f"示例{_FIRST[first]}{_SECOND[second]}{'村' if village else '社区'}"
    of_area = PLACES_PER_VILLAGE_AREA if village else PLACES_PER_COMMUNITY_AREA
    area = (number - 1) // of_area + (1 if village else 9)
    league = _LEAGUES[letter][(area - 1) // 3 % 3]
    population = POPULATION.get(key) or (between(640, 2600, key) if village else between(2800, 7200, key))
    party = Party(code, name, "village" if village else "community", TOWN.code, league)
    return Place(key, party, area, population, _standing(key, number))


PLACES = (
    *(_place("V", number) for number in range(1, VILLAGE_COUNT + 1)),
    *(_place("C", number) for number in range(1, COMMUNITY_COUNT + 1)),
)
PLACE = {place.key: place for place in PLACES}

_UNITS = (
    ("教办", "宣教类", Standing.TOP),
    ("卫生院", "服务类", Standing.GOOD),
    ("派出所", "执法类", Standing.GOOD),
    ("民政办", "资金类", Standing.FAIR),
    ("财政所", "资金类", Standing.TOP),
    ("司法所", "执法类", Standing.GOOD),
    ("人力资源和社会保障所", "资金类", Standing.GOOD),
    ("市场监管所", "执法类", Standing.GOOD),
    ("文化站", "宣教类", Standing.FAIR),
    ("农业农村办", "宣教类", Standing.GOOD),
    ("妇联", "服务类", Standing.POOR),
    ("家庭健康服务办", "服务类", Standing.GOOD),
)
UNITS = tuple(
    Unit(f"U{number:02d}", Party(f"SL{number:02d}", f"示例{name}", "unit", TOWN.code, group), standing)
    for number, (name, group, standing) in enumerate(_UNITS, start=1)
)
UNIT = {unit.key: unit for unit in UNITS}

PARTIES = (TOWN, *(place.party for place in PLACES), *(unit.party for unit in UNITS))
