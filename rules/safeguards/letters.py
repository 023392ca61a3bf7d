"""Letters that look or sound alike, folded to one: the ground on which words are compared.

Full-width and decorated forms, accents, zero-width characters, Cyrillic and Greek look-alikes, digits that stand for
letters, traditional and Japanese forms of the characters that the lists of words use, pinyin syllables.
"""

from __future__ import annotations

import re
import unicodedata

# Pairs: the written form, then the simplified character that the lists of words use.
_HAN_PAIRS = (
    "結结紮扎札扎環环檢检検检術术絕绝節节產产産产計计劃划撫抚養养費费訪访訴诉舉举報报婦妇懷怀藥药兩两檔档個个號号證证戶户"
    "強强彊强脅胁違违輸输監监測测數数実实實实標标離离墮堕嬰婴兒儿児儿獨独長长項项終终勸劝穩稳級级進进體体複复復复減减無无壓压"
    "降降動动態态業业國国歸归處处処处時时應应辦办決决滿满補补貼贴勵励務务視视隨随優优獎奖罰罚徵征徴征繳缴對对賬账帳账單单書书"
    "電电話话線线衛卫農农準准稅税篩筛護护導导諮咨詢询識识傳传訓训會会員员協协發发點点機机櫃柜網网聯联總总團团營营聲声貓猫寵宠"
    "豬猪讓让雙双參参爲为為为與与從从於于擇择隱隐將将據据偽伪僞伪虛虚瞞瞒編编歲岁濟济貧贫幫帮擔担組组專专選选關关愛爱開开閉闭"
    "內内併并並并餘余價价況况類类風风險险際际頭头順顺額额願愿驗验鑒鉴鑑鉴齡龄齊齐後后預预達达執执戴戴帶带廣广義义訊讯誕诞"
    "種种變变東东車车門门間间問问難难顧顾議议講讲調调談谈請请記记設设許许誘诱責责質质購购贈赠遲迟適适領领頒颁紥扎絶绝鐶环査查姙妊戸户収收鄉乡醫医釋释錄录鎮镇長长"
)
HAN_FOLDED = str.maketrans(dict(zip(_HAN_PAIRS[::2], _HAN_PAIRS[1::2], strict=True)))

_LATIN_PAIRS = (
    "аaвbгrеeёeзzиuіiїiјjкkмmнhоoпnрpсcтtуyхxцuьbѕsһhԁdԛqԝwӏlɡgɑaıi"
    "αaβbγyδdεeζzηnθoιiκkλlμuνvοoπnρpσoςsτtυuχxωw"
    "łløođdðdħhŧtɪiʟlɴnʀrʏyʙbɢgʜhᴀaᴄcᴅdᴇeᴊjᴋkᴍmᴏoᴘpᴛtᴜuᴠvᴡwᴢzꜱsꜰf"
)
LATIN_FOLDED = str.maketrans(dict(zip(_LATIN_PAIRS[::2], _LATIN_PAIRS[1::2], strict=True)))

_BOXED_LETTERS = ((0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189), (0x1F1E6, 0x1F1FF))

# What a digit between letters may stand for: 1 is read once as i and once as l.
DIGITS_AS_LETTERS = (str.maketrans("013456789", "oieasgtbg"), str.maketrans("013456789", "oleasgtbg"))


def folded(text: str) -> str:
    """Every character in its plain form; case is kept (it shows where a word begins), signs are kept."""
    return "".join(_plain(character) for character in text)


def _plain(character: str) -> str:
    code = ord(character)
    for first, last in _BOXED_LETTERS:
        if first <= code <= last:
            return chr(ord("a") + code - first)
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character))
    kept = "".join(
        part for part in decomposed if unicodedata.category(part) not in ("Mn", "Me", "Cf", "Cc", "Co", "Cn")
    )
    lower = kept.lower().translate(LATIN_FOLDED)
    return (lower.upper() if kept.isupper() else lower).translate(HAN_FOLDED)


def pattern(block: str, **parts: str) -> str:
    """A pattern written over several lines, which join without the white space around them; `<name>` stands for a part."""
    joined = "".join(line.strip() for line in block.splitlines())
    for name, part in parts.items():
        joined = joined.replace(f"<{name}>", part)
    return joined


def is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or character == "〇" or "\U00020000" <= character <= "\U0003ffff"


_INITIAL = "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])"
_FINAL = (
    "(?:iang|iong|uang|iao|ian|ing|ang|eng|ong|uai|uan|van|ai|ei|ao|ou|an|en|in|un|vn|ia|ie|iu|ua|uo|ui|ue|ve|er"
    "|a|o|e|i|u|v)"
)
# Inside a word a syllable begins with a consonant (else pinyin writes an apostrophe): jiezhang is not jiezha + ng.
SYLLABLE = f"{_INITIAL}{_FINAL}"
_BARE_SYLLABLE = "(?:ang|ai|an|ao|en|er|ei|ou|a|e|o)"


def within_pinyin(term: str) -> re.Pattern[str]:
    """Matches a whole word of pinyin in which the term (itself a pattern) begins and ends at syllables."""
    return re.compile(f"{_BARE_SYLLABLE}?(?:{SYLLABLE})*?(?P<term>{term})(?:{SYLLABLE})*")


# The readings of the characters that the lists of words turn on: for words half in Latin letters (结zha).
_READINGS = (
    "结jie 扎zha 节jie 育yu 环huan 上shang 放fang 取qu 查cha 透tou 引yin 产chan 流liu 人ren 工gong 孕yun 检jian 避bi 绝jue "
    "堕duo 胎tai 打da 出chu 生sheng 超chao 多duo 孩hai 二er 一yi 三san 四si 术shu 率lv 数shu 女nv 男nan 怀huai 情qing 妊ren "
    "娠shen 终zhong 止zhi 皮pi 埋mai 社she 会hui 抚fu 养yang 费fei 晚wan 婚hun 性xing 别bie 比bi 政zheng 策ce 符fu 合he 外wai "
    "计ji 划hua"
)
HAN_READINGS = {pair[0]: pair[1:] for pair in _READINGS.split()}
