"""The words that show a refused subject, as patterns, after folding (`letters`).

`HAN` is sought in Chinese text without spaces and signs, `ENGLISH` in lower-case words with one space between,
`GLUED` in English words that were taken apart, `PINYIN` at syllables, `MISSPELT` with one letter changed.
What looks alike and is innocent stands in `phrases` and is taken out first.
"""

from __future__ import annotations

from rules.safeguards.grounds import Subject
from rules.safeguards.letters import pattern

_PARTS = {
    # 出 and 生 of two words (走出生态路, 突出生产); a count of births may still follow: 出生活产数, 出生动态.
    "not_life": "(?!入死|态|产(?!妇|儿|数)|活(?!产|婴)|物|命|猪|鲜|意|机|动(?!态)|效|力|源|存(?!活)|长(?!率|数)|涯|计(?!划)"
    "|成(?!活)|铁|死(?!亡|胎|数|率)|火|字|词|硬|分|锈|疏)",
    # 环 of another word: 村上环境, 收取环保税, 排放环节.
    "not_ring": "(?![境保节卫路城线形球岛湖县市镇村乡山氧网绕宇比评科区流江河海抱顾扣视型状链道岗幕能责资水社街桥站港岸廊磨己烷磷]"
    "|[一二三四五六]环|环)",
    "child": "[一二两三四五六多头首1-6][孩胎](?!子|童|盘|羊|压|面|噪|纹|圈|记)",
    "checked": r"(?:check(?:s|ed|up|ups|ing)?|inspect\w*|exam\w*|test(?:s|ed|ing)?|surveil\w*|monitor\w*|detect\w*"
    r"|track\w*|report\w*)",
    # 数, 率, 人数, 例数 after a word that means something else without them; shui and shuang are other syllables.
    "counted": "(?=(?:ren|li|zong|ci|jian|dui)?shu(?![aio])|lv|liang(?!g)|$)",
}

HAN: dict[Subject, str] = {
    Subject.BIRTHS: pattern(
        r"""
        出生<not_life>|
        活产|分娩(?=产妇|人?数|总数|妇女)|(?:产妇|孕产?妇)(?=人?数|总数)|在册孕|第[二三四]个(?:孩子|娃)|只生(?!产|活|长)|
        新丁(?=数|率|$)|接生(?=[数率量人例个]|婴|任务|$)|(?:诞生|降生)(?=[数率量人婴孩]|$)|添丁|添人进口|添[二三]?宝|喜添|
        催[婚生](?=任务|指标|率|数)|早产儿?(?=[数率])|(?<![学医先师独招考研卫])生(?:小孩|[孩娃](?!子?女|子?家长))|
        产子(?=[数率量]|$)|造人|(?:新生|初生)(?:儿|婴儿?|宝宝|人口)(?=人?数|总|量|率|增|指标|任务|性别|出生|目标|$)|
        (?:婴儿|宝宝|小孩)(?=人?数(?!据)|总数|数量|增)|育龄妇女生|
        生育(?=人?数(?!据)|总?量|率|水平|指标|情况|例|任务|目标|计划|对象|行为|秩序|控制|间隔|孩|总和|[一二两三四多])|
        总和生育|生育登记(?=人?数(?!据)|量|例)|
        出生(?:登记|医学证明|证明)(?=(?:签发|办理|发放|领取)?[人件份总]?[数量](?!据))
        """,
        **_PARTS,
    ),
    Subject.BIRTH_CLASSES: pattern(
        r"""
        超生(?!物|产|态|活|命|动)|超怀|抢生(?!意|产)|偷生|计外|多生(?=率|数|人|孩|育|户|罚|子)|早生(?=率|数|贵)|
        (?<![众很许诸繁])多育(?=率|数|户|$)|(?:计划|政策)[内外]的?(?=生育|怀孕|出生|孕|[一二两三四多]|孩|胎|生)|
        (?:计划|政策)外(?=率|人数|$)|
        (?:违法|违规|无证|违反?政策|违反?计划|非法|未婚|非婚|婚外|超计划|超指标|不符合政策|不合政策)(?:生育|生[孩子]|
        怀孕|孕育)|
        政策符合(?!性)|生育政策(?:符合|执行)|(?:政策|生育|计生|计划生育)符合率|
        (?:符合|按)(?:法定|法规|现行)?(?:政策)?生育(?!支持)|
        (?:计划生育|计生|依法生育|法定生育|合法生育|晚育|早育|少生|优选节育)率|
        计划生育(?=合格|达标|完成率|达成率|指标|任务(?!书))|计生指标|
        少生(?=快富|优生|优育|率|户|孩|育|奖|[一二两个胎]|$)|<child>|孩次|胎次|孩率|
        (?:二女|双女|独女|纯女)(?:户(?=率|数|比|占|$)|率)|照顾生育|再生育(?=审批|[人件]?数|率|$)|
        [一二三]娃(?=率|数|户|$)|晚生(?=率|数|晚育)|[二三]宝(?=率|数|出生|家庭占)|生育(?:服务)?证(?=[^及按满]?[^及按满]?[^及按满]?[^及按满]?[数率量](?!据))|准生证|婚育证|
        未婚先[孕育]|早育|晚育|人口(?:计划(?!生育)|控制|出生)|控制人口|(?:出生|生育)控制|人口指标|
        (?:降低|减少|提高|增加|控制|提升)生育(?!支持|服务|保障|津贴|补|保险|友好|登记)|
        独生子女(?:父母)?(?:光荣)?证?(?:领证|领取|办理|持证)?(?:率|人数|比例|任务)
        """,
        **_PARTS,
    ),
    Subject.GROWTH: pattern(
        r"""
        人口(?:自然)?净?[零负]?(?:增长|增加|增量|增速|自增|负增长)|自然增长率|自增率|净增人口|新增人口|人口规模|人口总量|
        人口数量控制
        """
    ),
    Subject.SEX_RATIO: pattern(
        r"""
        性别比(?!例|赛)|男女比(?!例|赛|肩)|(?:出生|婴儿?|孩|胎)(?:人口)?性别|[男女]婴|出生[男女]|(?:男孩|女孩)(?=[率数比]|人数|占)|
        男女孩?出生
        """
    ),
    Subject.MARRIAGE: pattern(
        r"""
        晚婚|早婚|初婚|新婚夫妇(?=人?数|对数)|结婚(?=登记$)|(?:结婚|离婚)(?=率|人?数|对数|登记对?数|登记量)|大龄未婚|婚龄
        """
    ),
    Subject.STERILISATION: pattern(
        r"""
        [结节接洁皆捷揭杰劫](?=扎(?!实(?![施际行])|根|营|堆|针|紧|牢|稳|花|染|灯|啤|猛|带|钢))扎|绝育|(?<![包捆绑])扎(?:术|手术|结(?!实|束|合|构|果))|
        [男女双]扎(?!根|染|实|堆|花|灯|营|辫|头|针)|输[卵精]管|扎管|结育
        """
    ),
    Subject.ABORTION: pattern(
        r"""
        人工流产|流产(?!业|品|能|值|权|地|卵|区|出|线)|药流(?!通|程|向|失|动)|
        人流(?![量水物]|程|动|转|失(?!败)|出|入|向|密|聚|拥|控制|管控|疏|高峰|集中)|人流量化|妊娠终止|人工终止|
        补救手术|引产(?!业|品|能|值|学|研|教|销|供|城|权|居|地|城|到)|[堕打坠落]胎(?!压)|打掉.{0,2}[孩胎]|
        (?:终止|中止)(?:妊娠|.{0,2}孕)|孕.?终止|刮宫|清宫[术手]|钳刮|大月份(?=引|手术|孕)|减胎|
        (?:孕|妊娠|计生|计划生育|育龄).{0,8}补救|补救.{0,8}(?:孕|妊娠|计生|生育)
        """
    ),
    Subject.IUD: pattern(
        r"""
        [上放取带戴验脱换]环(?!比|检(?![率查]))<not_ring>|置环(?!境)|节育[环器]|宫内(?!发育|窘迫)|一环二扎|
        [二2]扎(?=率|数|户|任务|对象|落实)|皮埋|皮下埋植|埋植[剂术率人]|避孕环|放置?节育
        """,
        **_PARTS,
    ),
    Subject.OBSTETRICS: pattern(
        r"""
        分娩(?!产妇|人?数|总数|妇女|补助|补贴|镇痛|救助|费用|知识|保险|待遇|安全)|剖[宫腹]产|顺产|产钳|助产(?=[数率量例])|催产
        """
    ),
    Subject.ACCEPTANCE: pattern(
        r"""
        避孕|节育(?!苗|种|秧|肥|雏|林|才|人|德|幼)|(?:三查)?[四4肆]术|[四4]项手术|[四4]种手术|
        (?:计划生育|计生|育龄妇女|妇女绝)手术|(?:育龄|妇女|计生|孕|生育|孩).{0,10}长效措施|
        长效措施.{0,10}(?:育龄|妇女|计生|孕|生育|孩)|药具(?:的)?(?=应用|使用|有效|发放[人率]|领取[人率]|服用)|
        扎手术
        """
    ),
    Subject.INSPECTION: pattern(
        r"""
        (?<![循闭连光花吊圆外内绕东西南北市])环检(?!测|验|修|疫|察|点|维)|[查透]环<not_ring>|环孕|孕环|环情|带环检查|
        孕检|孕情|月经(?=访|监|查|登记|检)|(?:孕妇|孕产妇).{0,4}(?:上报|报告|摸底)|妇女[三双两]查|大肚子|育龄(?:妇女|群众)(?=管理率|建档|建卡|跟踪|监控|管控|摸底|排查)|
        (?:孕妇|孕产妇|怀孕妇女|临产妇女)的?(?=排查|管控|监控|摸底|盯|上报)|
        [查验测检]孕|妇检(?!科)|[bB]超(?=率|检查率|普查|透|妇女)|
        (?<!安全)(?<!隐患)(?<!护理)(?:[三双两二23]查)(?=到位率|率|人数|应|到检|服务率|服务到位|[四4]术|对象|完成率)|
        (?:怀孕|受孕|妊娠)(?=人?数(?!据)|率|上报|监测|排查|摸底|报告|情况|对象|任务|管控|检[查测]|测试|$)|
        (?:育龄|妇女|孕妇).{0,8}(?:进站|月访|到检|受检|透视|参检|应检|见面)
        """,
        **_PARTS,
    ),
    Subject.BIRTH_FEES: pattern(
        r"""
        社会抚养费|社抚[费款]|^抚养费$|抚养费(?=征|收|缴|到位|入库|追)|
        (?:超生|计划外生育|政策外生育|违法生育|多孩|二胎|计生|计划生育|生育)(?:罚款|罚金|处罚|罚没|抚养费|费征收)|
        (?:超生|多子女|[二三四多][孩胎])(?:家庭|户)?.{0,3}(?:罚款|罚金|罚没|罚缴|处罚|违约金|征收费)|
        超生[费款]|计划外生育费|多子女费|社会扶养费|(?:生育|计生|计划生育)(?:押金|保证金|违约金)|生育罚
        """
    ),
    Subject.PERSON: pattern(
        r"""
        身份证号|公民身份号|居民身份号|证件号码|出生日期|出生年月|
        (?:居民|村民|妇女|孕妇|产妇|户主|住户|本人|育龄).{0,2}姓名|
        (?:育龄|妇女|孕产?妇|产妇|居民|村民|住户|怀孕|受术|服务对象|生育)(?!干部|小?组长|委员|主任|代表|骨干|志愿).{0,4}(?:名单|名册|花名册|手机号|电话号码|
        住址)|
        (?:人口|妇女|育龄|居民|村民|全员|孕产?妇|住户).{0,4}个案|个案信息|居民个人(?:档案|信息|记录)|逐人(?:登记|记录)
        """
    ),
}

ENGLISH: dict[Subject, str] = {
    Subject.BIRTHS: pattern(
        r"""
        \b(?!still|re)[a-z]*births?\b|\bbirth(?!days?\b|dates?\b|place|right|mark|stone)[a-z]*|\bnatalit\w*|
        \blive ?born\b|\bnewborns?\b|\bneonat(?:es?)\b|
        \b(?:babies|baby count|baby quota|infants|children|boys|girls|kids) (?:born|delivered)\b|\bbabies\b|
        \b(?:baby|infant) (?:quota|target|rate|number|count|boom)s?\b|\bmaternity cases\b|
        \b(?:number|count|total) of (?:infants|neonates)\b|
        \bnumber of (?:children|kids|sons|daughters)(?: per| born| each|$)|\bchild ?bearing\b|\boffspring\b|
        \bprocreat\w*|(?<!soil )\bfertility\b|\bfertility ?rates?\b|\btfr\b|\breproducti(?:on|ve) rates?\b
        """
    ),
    Subject.BIRTH_CLASSES: pattern(
        r"""
        \b(?:second|third|fourth|extra|excess|additional|multiple|one|two|three|2nd|3rd) (?:child(?:ren)?|kids?)\b|
        \bchildren (?:per|ever born)\b|\bchild per (?:couple|woman|family)\b|\bfamily size\b|
        \bsingle child (?:rate|certificate|famil(?:y|ies) rate)s?\b|
        \blarge famil(?:y|ies) (?:rate|count|number|share)s?\b|
        \b(?:out of|outside(?: the)?|over|above|beyond) (?:the )?(?:plan|quota) child\w*|
        \bonly child(?:ren)? (?:rate|certificates?|share|count)\b|\bunauthori[sz]ed child\w*
        """
    ),
    Subject.GROWTH: pattern(
        r"""
        \bpopulation (?:growth|control|increase|target|quota|size|cap|ceiling|reduction|limit|decrease)\b|
        \bnatural (?:growth|increase) rate\b|\brate of natural (?:growth|increase)\b|\bnatural population\b|
        \bnatural (?:growth|increase)$|\bgrowth of (?:the )?population\b
        """
    ),
    Subject.SEX_RATIO: pattern(
        r"""
        \bsex ratios?\b|\bsex of (?:newborns?|babies|infants|children)\b|\bboy girl\b|\bgender ratio at\b|
        \bbaby (?:boys|girls)\b
        """
    ),
    Subject.MARRIAGE: pattern(
        r"""
        \b(?:late|early|later|first|under ?age|delayed) marriages?\b|\bmarriages\b|
        \bmarriage (?:rate|age|count|target|quota)s?\b|\bage (?:at|of) (?:first )?marriage\b|\bdivorces?(?: rate)?\b|
        \blate marriage\b
        """
    ),
    Subject.STERILISATION: pattern(
        r"""
        \b[a-z]*sterili[sz](?!er)[a-z]+\b|\b[a-z]*vasectom\w*|\btubectom\w*|\bsalpingectom\w*|\btubal\b|
        \bspay\w* wom[ae]n\b|\bligations?\b|\bligated\b|\btubes? (?:tied|tying|cut)\b|\btying (?:of )?tubes\b|
        \bhysterectom\w*|\bbtl\b|\bnsv\b|\bvsc\b
        """
    ),
    Subject.ABORTION: pattern(
        r"""
        \b[a-z]*abortions?[a-z]*\b|^abort(?:s|ed|ing)?$|\babortus\b|\babortifacien\w*|
        \baborted (?:pregnan\w*|f[o]?etus\w*|bab\w*|women|births?)\b|\bfo?eticid\w*|
        \bterminat\w* (?:of )?(?:a |the |her |their )?pregnanc\w*|\bpregnanc(?:y|ies) (?:was |were )?terminat\w*|
        \bmtps?\b|\binduc\w* (?:of )?(?:labou?rs?|births?|deliver\w*|miscarriages?)\b|\blabou?r inductions?\b|
        \bcurettages?\b|\bmiscarriages?(?! of justice)\b|
        \bterminations?(?= (?:count|rate|performed|done|quota|carried|target))|\bdilation and\b|\bd and c\b|
        \b(?:medical|surgical) terminations?\b|\bvacuum aspiration\w*|\buterine evacuat\w*|\bmenstrual regulation\w*
        """
    ),
    Subject.IUD: pattern(
        r"""
        \b[a-z]*iuc?ds?\b|\biuc?d[a-z]*|\bintra ?uterine(?! growth)\b|
        \b(?:coils?|rings?|loops?|implants?) (?:insert\w*|fit\w*|remov\w*|check\w*|inspect\w*|wear\w*)|
        \b(?:insert\w*|fitt\w*|removal) (?:of )?(?:a |the )?(?:coils?|rings?|loops?|implants?)\b|\bnorplants?\b|
        \bimplanon\b|\bdepo provera\b|\bcopper t\b|\bcu t\b
        """
    ),
    Subject.OBSTETRICS: pattern(
        r"""
        \bca?esarean\w*|\bc sections?\b|
        \b(?:hospital|institutional|obstetric|baby|vaginal|women|maternal|home|facility|natural) deliver(?:y|ies)\b|
        \bdeliver(?:y|ies) of (?:babies|infants|children)\b|\bparturition\w*|\bchild ?birth\b
        """
    ),
    Subject.ACCEPTANCE: pattern(
        r"""
        \b[a-z]*contracept\w*|\bacceptors?\b|\bcouple (?:year )?protection\b|\bcouple years\b|\bcyp\b|\b(?:eligible|
        target) couples?\b|
        \bfour (?:procedure|operation|surger)\w*|\b4 (?:procedure|operation|surger)\w*|
        \bfamily planning (?:acceptor|user|uptake|prevalence|complian|rate|surger|operation|procedure|method|target|
        quota|adopt)\w*|
        \bmethod (?:users?|mix|uptake)\b|\b(?:pill|method) (?:users?|takers?)\b|\bmorning after pills?\b|
        \bdepo injections?\b|\blong acting (?:reversible|method)\w*|\blarcs?\b|\bmcpr\b|\bfp (?:users?|acceptors?|
        clients)\b|\bmodern methods?\b
        """
    ),
    Subject.INSPECTION: pattern(
        r"""
        \bpregnanc(?:y|ies) (?:\w+ )?(?:<checked>|rates?|counts?|status|cases?|controls?)\b|\b(?:iud|
        ring) <checked>\b|
        \b(?:unplanned|unauthori[sz]ed|illegal|out of plan|over quota|number of|count of|detected|reported|new|
        total) pregnanc\w*|
        \bpregnant (?:women|wives) (?:<checked>|found|listed)\b|
        \binspect\w* (?:of |for )?(?:wom[ae]n|wives|pregnan\w*)|\bpregnancies\b|
        \bwom[ae]n (?:inspect\w*|screened for pregnan\w*|checked for pregnan\w*|tested)\b|\bwombs?\b|
        \bultrasound\w* (?:\w+ )?(?:of|on) (?:wom[ae]n|wives|mothers)
        """,
        **_PARTS,
    ),
    Subject.BIRTH_FEES: pattern(
        r"""
        \bsocial (?:maintenance|upbringing|compensation|support|fostering|bringing up|child ?raising|burden) (?:fee|
        fees|levy|levies|fine|fines)\b|
        \bchild fines?\b|\bupbringing (?:fees?|levies)\b|
        \b(?:fines?|fees?|penalt\w*|lev(?:y|ies)|fined) (?:for|on) (?:\w+ )?(?:child(?:ren)?|births?|babies|
        pregnanc\w*)\b
        """
    ),
    Subject.PERSON: pattern(
        r"""
        \b(?:id|identity|national id|id card|identity card|resident id|citizen id) (?:numbers?|nos?)\b|
        \bpassport numbers?\b|\bdates? of birth\b|\bbirth ?dates?\b|
        \b(?:name ?lists?|lists?|registers?|names|phone numbers?|addresses) of (?:individual |all |the |pregnant |
        local )?(?:wom[ae]n|residents?|villagers?|mothers?|couples?|wives)\b|
        \b(?:individual|personal|per person|resident|person level|wom[ae]n) (?:level )?(?:records?|case files?|
        dossiers?|names?|id)\b
        """
    ),
}

GLUED: dict[Subject, str] = {
    Subject.BIRTHS: "(?:live|child)?births?(?:rates?)?|fertility(?:rates?)?|newborns?|natality",
    Subject.STERILISATION: "sterili[sz](?:e|ed|ing|ations?)|vasectom(?:y|ies)|tubectom(?:y|ies)|tuballigations?",
    Subject.ABORTION: "abortions?",
    Subject.IUD: "iuc?ds?|intrauterine(?:devices?)?",
    Subject.ACCEPTANCE: "contracepti(?:ons?|ves?)|acceptors?",
    Subject.PETITIONS: "petition(?:s|ers?)|complaints?",
}

MISSPELT: dict[str, Subject] = {
    "sterilisation": Subject.STERILISATION,
    "sterilisations": Subject.STERILISATION,
    "sterilization": Subject.STERILISATION,
    "sterilizations": Subject.STERILISATION,
    "vasectomy": Subject.STERILISATION,
    "vasectomies": Subject.STERILISATION,
    "abortion": Subject.ABORTION,
    "abortions": Subject.ABORTION,
    "contraception": Subject.ACCEPTANCE,
    "contraceptive": Subject.ACCEPTANCE,
    "contraceptives": Subject.ACCEPTANCE,
    "intrauterine": Subject.IUD,
    "childbirth": Subject.BIRTHS,
}

PINYIN: dict[Subject, str] = {
    Subject.BIRTHS: pattern(
        r"""
        chusheng(?!tai|chan(?!fu)|wu|yi(?!xue)|ji(?!hua)|cun|ming|dengji(?!ren|shu|liang)|quexian(?!lv|shu|fa))|
        huochan<counted>|shengyu(?=lv|shu(?![aio])|renshu|zhibiao|shuiping|renwu)|zongheshengyu|xinshenger<counted>
        """,
        **_PARTS,
    ),
    Subject.BIRTH_CLASSES: pattern(
        r"""
        chaosheng(?=fei|fakuan|lv|hu(?![a])|renshu|shu)|jihuawai|zhengcewai|zhengcefuhe|fuhezhengce|jihuashengyulv|
        jishenglv|(?:yi|er|san)hai(?=lv|shu(?![aio])|renshu|shengyu|chusheng)|duohai|(?<![a-z])ertai|shengertai|
        duotai|
        shengyu(?:er|san|duo)hai
        """
    ),
    Subject.GROWTH: pattern(
        r"""
        ziranzengzhang|renkou(?:ziran)?zengzhang|renkoukongzhi
        """
    ),
    Subject.SEX_RATIO: pattern(
        r"""
        xingbiebi(?!li)
        """
    ),
    Subject.MARRIAGE: pattern(
        r"""
        wanhun|zaohun|jiehun(?=lv|shu(?![aio])|duishu)
        """
    ),
    Subject.STERILISATION: pattern(
        r"""
        jiezh?a(?!shi(?!shi|ji)|ying|gen)|(?<![a-z])jueyu|nvzha|nuzha|nanzha|shu(?:luan|jing)guan
        """
    ),
    Subject.ABORTION: pattern(
        r"""
        rengongliuchan|liuchan(?!ye|pin)|yinchan(?!ye|pin)|renliu(?!liang|dong|mi|kong|zhuan|ju|chu|ru|shi)|
        yaoliu<counted>|datai
        """,
        **_PARTS,
    ),
    Subject.IUD: pattern(
        r"""
        shanghuan|fanghuan|quhuan|daihuan|jieyu(?:huan|qi)|pimai|zhihuan(?=shu|lv)
        """
    ),
    Subject.ACCEPTANCE: pattern(
        r"""
        biyun|jieyu(?:shoushu|cuoshi)|(?:(?<![a-z])|sancha|luoshi)sishu(?=lv|shu|renshu|wancheng|luoshi|$)|
        jishengshoushu|changxiao(?:biyun|jieyu)
        """
    ),
    Subject.INSPECTION: pattern(
        r"""
        huanjian(?!fang|lou|xiangmu|zhu|xiaoqu|she|ban)|touhuan|chahuan|chayun|yunjian|huanyun|yunqing(?!yun)|
        fujianlv|
        (?:sancha|shuangcha|liangcha)(?=lv|renshu|sishu|daowei)|huaiyun
        """
    ),
    Subject.BIRTH_FEES: pattern(
        r"""
        shehuifuyangfei|fuyangfei|chaoshengfei
        """
    ),
    Subject.PETITIONS: pattern(
        r"""
        (?:xinfang|shangfang|tousu|jubao)(?=liang|shu|lv|cishu|jianshu|pici|renci|qishu)|yueji(?:xin|shang)?fang|
        jiti(?:shang|xin)?fang|jinjing(?:shang)?fang|feifang(?=shu|lv|cishu|$)|chongfu(?:xin|shang)?fang
        """
    ),
    Subject.PERSON: pattern(
        r"""
        shenfenzheng(?:hao|haoma)
        """
    ),
}
