"""Phrases that change what a word means: innocent neighbours, services, wrongs done to people, petitions handled.

Patterns after folding, like `terms`. An innocent phrase is as narrow as it can be and takes out only itself,
with a bar in its place so that nothing joins over the gap: `新生儿访视` leaves the `出生人数` beside it standing.
"""

from __future__ import annotations

from rules.safeguards.letters import pattern

INNOCENT_HAN = pattern(
    r"""
    (?:访视|随访|筛查|保健|接种|体检|护理|救治|参保|建册|服务|系统管理|健康管理|死亡)[^|]{0,8}(?:÷|除以|占)
    (?:同期|当年|本年|年内|全镇|全村|辖区|本辖区)?内?的?(?:活产|出生|新生儿)(?:婴儿|儿|人口)?(?:人?数|总数)?|
    (?:已|按规定|按时|接受|完成)?(?:访视|家访|随访|筛查|接种|建册|签约|参保|系统管理|健康管理|保健|转诊|救治)(?:过|了)?的?
    (?:新生儿|活产婴儿|婴儿|孕产?妇|产妇)(?:人?数)?|
    新生儿(?:家庭)?(?:疾病|听力|遗传代谢病)?(?:访视|家访|随访|筛查|接种|疫苗|保健|护理|救治|救护|救助|复苏|参保|医保|
    死亡|健康|喂养|落户|照护|急救|重症|转运)|
    出生缺陷(?:综合)?(?:干预|防治|预防|防控|救助|宣传|知识|一级|二级|三级|筛查|患儿|健康教育|咨询|治疗|监测)|
    出生(?:登记|医学证明|证明|一件事)(?!(?:签发|办理|发放|领取)?[人件份总]?[数量](?!据))|出生地|
    分娩(?:补助|补贴|镇痛|救助|费用|知识|保险|待遇|安全)|
    [一二两三多][孩胎](?:及以上|以上)?的?(?:家庭|母亲|户)?的?[^|]{0,4}(?:托育|入托|慰问|走访|救助|保险|租房|购房|公积金|福利|
    (?:补贴|补助|津贴|奖补)(?:金|资金|款)?(?=发放|兑现|到位|落实|及时|办理|申领|申报|审核|拨付|政策|宣传|知晓|标准|公示|服务|应享|覆盖))|[二三两]孩(?:生育)?政策(?:宣传|解读|知晓|配套|咨询)|
    (?:预防|防止|劝阻|制止|反对|治理)早婚|早婚(?:早育)?的?(?:危害|预防|宣传|教育)|晚婚假|晚育假|
    (?:避孕)?药具(?:免费)?(?:发放|供应|领取|自取|自助)?(?:服务)?(?:网点|点|机|柜|站|窗口|终端)|
    避孕(?:药具|节育)?(?:方法|措施)?的?(?:知识|咨询|知情选择|知情同意|宣传|科普|健康教育|培训|讲座)|
    (?:计划生育|计生|节育)?手术并发症|怀孕(?:妇女|职工|女职工)?(?:关爱|关怀|走访|慰问|保护|保健|营养|保障)|
    (?:遗弃|溺弃|虐待|拐卖|贩卖)[男女]?婴儿?|(?:机动车|车辆|尾气|汽车)[^|]{0,2}环检|
    (?:流浪|犬|猫|狗|动物|宠物)[^|村妇女人户]{0,6}绝育|绝育(?:流浪)?[犬猫狗]|
    (?:奶牛|肉牛|母牛|绵羊|山羊|母羊|生猪|母猪|牲畜|母畜|家畜|布病)[^|村妇女人户]{0,4}(?:流产|引产|早产)|
    (?<!计生)(?<!生育)(?:项目|工程|合作|谈判|招商)流产|
    (?:仔猪|羔羊|犊牛|牲畜|家畜|仔畜|幼崽|母猪|母羊|母牛|生猪|奶牛|肉牛|绵羊|山羊)[^|村妇女人户]{0,4}
    (?:出生|接生|多胎|胎次|产子|妊娠|怀孕|受孕|人工授精)|
    (?:景区|集市|市场|车站|商圈|街区|广场|游客|客流|车流|卡口|校园|展会)[、和及]?人流|人流(?:量(?!化)|动|物流|车流)
    """
)

_SERVICE_EN = (
    r"(?:visit\w*|check\w*|screen\w*|care|service\w*|vaccin\w*|immuni[sz]\w*|follow ?ups?|deaths?|mortality|counsel\w*)"
)
INNOCENT_ENGLISH = pattern(
    r"""
    \b(?:(?:newborn|infant|neonatal|postnatal)s? )?<service><between> (?:per|over|out of|divided by)
    (?: (?:1000|10000|thousand|hundred|100|each|every|the|live|all|a|registered))*
    \ (?:births?|newborns?|neonates?|babies|infants?)\b|
    \b<service><between> (?:for|to|of|among)(?: (?:each|every|the|all|a))* (?:newborns?|neonates?|babies|infants?)\b|
    \b(?:newborns?|neonatal|neonates?|infants?|bab(?:y|ies))(?: \w+)? (?:<service>|health|resuscitation|insur\w*|unit|
    ward|enrol\w*|hearing)\b|
    \b(?:child)?births? (?:support|friendly|allowances?|subsid\w+|insurance|benefits?|attendants?|preparedness)\b
    (?! (?:count|number|rate))|
    \bbirth (?:registrations?|certificates?) (?:issued |handled |done |made )?(?:on time|timel\w*|within|service\w*|
    accura\w*|punctual\w*)|
    \b(?:births? registered|registration of births?|certificates of birth) (?:on time|within|timel\w*)|
    \btimely birth registrations?\b|
    \bbirth defects? (?:prevention|interventions?|screening|education|awareness|training|surveillance|treatment)\b|
    \b(?:piglet|lamb|calf|cattle|livestock|animal|sheep|goat|pig|sow|ewe|cow|herd)s? (?:live )?(?:births?|abortions?|
    fertility|pregnanc\w*|sterili[sz]ation)\b|
    \b(?:soil|land|field|crop|plot) fertility\b|\bfertility of (?:the )?(?:soil|land|fields?)\b|
    \bfertility (?:support|friendly|treatment|clinics?|counselling)\b|
    \b(?:instruments?|equipment|tools?|dental|milk|water|food|bottle|autoclave|mushroom|substrate|room) sterili[sz]\w+|
    \bsterili[sz]\w+ (?:of )?(?:the )?(?:dental |surgical |medical )?(?:instruments?|equipment|tools?|milk|water|food|
    bottles?|waste|containers?|soil)\b|
    \b(?:dogs?|cats?|strays?|pets?|animals?) sterili[sz]\w+|
    \bsterili[sz]\w+ (?:of )?(?:stray |the )*(?:dogs?|cats?|strays|pets|animals)\b|
    \b(?:contraceptive|condom) (?:supply|distribution|supplies|vending)? ?(?:points?|kiosks?|machines?|outlets?|
    cabinets?)\b|
    \bcontracepti(?:ve|on) (?:advice|counsel\w*|information|education|knowledge|awareness)\b|
    \b(?:third|second) child(?:ren)? (?:famil\w+ support\w*|care|(?:famil\w+ )?(?:allowances?|subsid\w+|benefits?)
    (?= (?:paid|issued|disbursed|delivered|handled|on time|timel\w*|within|applications?)\b))|
    \bpre ?pregnancy\b|\bearly marriage (?:prevention|education|awareness)\b|\bring roads?\b|\bcoil springs?\b
    """,
    service=_SERVICE_EN,
    between=r"(?: (?!birth|point|score|quota|target|limit|cap|reward|bonus|reduc)\w+){0,4}",
)

# What makes a numerator over births a service. People who are merely counted are none.
SERVICE = pattern(
    r"""
    访视|随访|家访|走访|上门|检查|体检|筛查|接种|保健|护理|救治|救助|咨询|指导|发放|参保|慰问|转诊|系统管理|健康管理|
    母乳|喂养|死亡|告知|登记.{0,4}(?:及时|按时)|\b<service>\b|
    \b(?:support\w*|guidance|breastfe\w*|offered|registered on time|insured)\b|fangshi|suifang|shaicha|jiezhong|baojian
    """,
    service=_SERVICE_EN,
)
PEOPLE_COUNTED = pattern(
    r"""
    人口|妇女人?数|夫妇|夫妻|户数|家庭数|住户|村民数|劳动力|面积|土地|\bpopulation\b|\bcouples\b|\bhouseholds\b|
    \bwomen\b|\bhectares?\b|\bmu\b
    """
)
# Services around birth, of which fewer is never better: that would be fewer births. What was missed or lost may be fewer.
BIRTH_SERVICE = pattern(
    r"""
    新生儿|出生|生育|育儿|分娩|产[前后]|孕|婴|xinshenger|\bnewborn\w*|\b[a-z]*births?\b|\b(?:pre|post|neo|ante)?natal\b|\bmatern\w*|
    \binfants?\b|\b[a-z]*pregnan\w*
    """
)
MISSED = pattern(
    r"""
    死亡|未|漏|逾期|超期|缺(?!陷)|差错|纠纷|不满|遗弃|破伤风|感染|窒息|\bdeaths?\b|\bmortality\b|\bmiss\w*|\blate\b|\bnot\b|
    \bun\w+|\boverdue\b|\bdays\b|天数|时长|时限
    """
)
POPULATION = r"人口|居民数|村民数|\bpopulation\b|\binhabitants\b|renkou"

# Wrongs done to people: the only way a procedure may stand in an incident. 加强制度 is not 强制.
COERCION = pattern(
    r"""
    (?<![加增补])(?:强制|强迫|强行)(?!度|化|力)|胁迫|逼迫|威逼|非自愿|qiangzhi|qiangpo|xiepo|
    \bforc(?:ed|ing|ible|ibly)\b|\bcoerc\w*|\bcompulsory\b|\binvoluntar\w*|\bnon ?consensual\b|\bunconsented\b
    """
)
# May also stand behind the word: abortion without consent.
NO_CONSENT = pattern(
    r"""
    (?:未经|未征得|不经|没有)(?:本人|妇女|群众|当事人|其|患者)?(?:知情)?同意|不顾(?:本人|妇女|群众)?(?:反对|意愿)|
    违背(?:本人|妇女|群众|当事人|其)?(?:真实)?意愿|违反(?:本人|群众)?自愿(?:原则)?|
    \bagainst (?:her|his|their|the|a \w+) will\b|\bwithout (?:\w+ ){0,2}consent\b
    """
)
UNLAWFUL_FEE = pattern(
    r"""
    违法|违规|非法|擅自|变相|乱(?=收|罚|征)|强制(?=收|征)|\bunlawful\w*|\billegal\w*|\bunauthori[sz]ed\b|\barbitrary\b
    """
)
FALSIFIED = pattern(
    r"""
    伪造|篡改|虚报|瞒报|编造|造假|弄虚作假|虚假|\bfalsif\w*|\bfabricat\w*|\bforg(?:ed|ing|ery)\b|\bfaked?\b
    """
)
FIGURES = pattern(
    r"""
    人数|数字|统计|数据|报表|台账|记录|信息|\bstatistics?\b|\bdata\b|\bfigures?\b|\breports?\b|\brecords?\b|\breturns?\b
    """
)
LEAKED = pattern(
    r"""
    泄露|泄漏|外泄|倒卖|出售|买卖|非法(?:获取|收集|提供)|\bleak\w*|\bdisclos\w*|\bsold\b|\bselling\b|\bexpos(?:ed|ure)\b
    """
)

# Wrongs that need no refused word beside them.
WRONGDOING = pattern(
    r"""
    打击报复|(?:报复|殴打|打骂|辱骂|侮辱|虐待|拘禁|恐吓|威胁)[^|]{0,4}(?:<people>)|
    (?:强制|强迫|胁迫|逼迫|威逼)(?:(?:[^|]{0,3}(?:<people>))|接受服务|捐款|摊派)|
    弄虚作假|(?:伪造|篡改|虚报|瞒报|编造|虚假)[^|]{0,6}(?:统计|数据|数字|报表|台账|人数|资料|考核材料)|
    (?:统计|数据|报表|台账|考核|材料)(?:造假|作假)|
    (?:泄露|泄漏|外泄|倒卖|出售|买卖|非法获取|非法提供)[^|]{0,6}(?:个人信息|隐私|身份信息|个人资料|个人数据|(?:<people>)信息)|
    乱(?:收费|罚款|摊派)|(?:违法|违规|非法)(?:收费|收取费用|罚款|摊派|集资)|
    \bretaliat\w*|\bcoerc\w*|\bfalsif\w* (?:\w+ )?(?:statistics?|figures?|data|reports?|records?)\b|
    \bleak\w* (?:of )?(?:\w+ ){0,2}(?:personal|private|residents?)\b|\b(?:personal|private) (?:data|information) leak\w*|
    \b(?:unlawful|illegal|arbitrary) (?:fees?|fines?|charges?|lev(?:y|ies))\b|
    \b(?:beat\w*|assault\w*|intimidat\w*|harass\w*) (?:of )?(?:a |the )?(?:residents?|villagers?|people|petitioners?|wom[ae]n)\b
    """,
    people="群众|村民|居民|妇女|老人|儿童|农户|住户|百姓|服务对象|信访人|上访人|举报人|投诉人",
)
# Who found it out, stopped it or kept it from happening is no wrongdoer. 被查处 and 未经同意 are said of one.
UNCOVERED = pattern(
    r"""
    (?<!被)(?<!经)(?:查处|查办|制止|纠正|举报|抵制|防止|杜绝|预防|整治|治理|打击|查获|揭发|拒绝|反对|禁止|严禁|不得|整改|劝阻|反映)|
    未(?!经|征)|没有|无(?!故|理|证|端)|不(?!法|当|良|顾)|零|为0|\b(?:no|zero|never|without|stop\w*|prevent\w*|report\w*|expos\w*|uncover\w*|refus\w*)\b
    """
)

# What turns such an incident into its opposite: failing to coerce, resisting coercion ...
TURNED = pattern(
    r"""
    未|没|无(?!故|理|端)|不(?!良|当)|拒|抗|逃|躲|避|抵|阻|妨|反对|扰|闹|非(?!法)|除|零|缺|少|欠|落后|防止|劝|奖|得力|到位|
    \b(?:not?|non|never|un(?!lawful|consent)\w*|without|fail\w*|lack\w*|resist\w*|refus\w*|evad\w*|evasion|avoid\w*|
    oppos\w*|obstruct\w*|prevent\w*|protest\w*|declin\w*|insufficient\w*|below|less|fewer|few|miss\w*|short\w*|
    escap\w*|absen\w*|delay\w*|reward\w*|bonus|wei|mei|bu)\b
    """
)
# ... or coercing by number.
BY_NUMBER = pattern(
    r"""
    任务|指标|目标|达标|完成|率|例数|人数|名额|数量|及时|按期|按时|
    \b(?:quotas?|targets?|rates?|counts?|numbers?|complet\w*|achiev\w*|timely)\b
    """
)

# People who complain.
PETITION = pattern(
    r"""
    信访|上访|投诉|[息截拦控罢]访|罢诉|息诉|接返|访民|闹访|缠访|[进赴到]京访|越级访|集体访|集访|非访|重访|个访|群访|
    来信来访|举报|控告|告状|越访|群众(?:来访|来信)|反映问题(?=人次|件|数)|维权(?=人|次|数)|差评(?=数|率|量)|
    申诉(?=次|数|件|率|量)|进京(?=人员|人数|次|劝)|群众诉求|诉求(?=量|件|工单)|(?:热线|12345|市长信箱)(?:平台)?(?:转办|交办|派发|派办|受理|诉求)?(?:工单|来电|[案事]?件|派单)|
    不满意(?:[案事]?件|工单|来电)|群众不满意(?=[次数量起])|
    \bpetition\w*|\bcomplain\w*|\bgrievances?\b|\bprotest(?:s|ers?)\b|\bletters and visits\b|
    \bappeals (?:filed|lodged|made|received|count)\b|\bnumber of appeals\b|\bwhistle ?blow\w*|
    \bhotline (?:calls|tickets)\b
    """
)
COUNTED = pattern(
    r"""
    越级|集体|集访|群访|进京|赴京|到京|赴省|到省|到县|到市|上级|非正常|非访|缠|闹访|重复|多次|重信|次数|批次|件次|人次|
    [起件人](?:数|次)|件$|数量|总量|总数|总件|发生|下降|减少|增加|上升|控制|压降|数$|量$|人$|
    (?:信访|上访|投诉|举报|诉求|来访|控告)[率量数]|\bnumber\b|\bcount\w*|\btotal\b|\brepeat\w*|\bcollective\b|\bmass\b|
    \bescalat\w*|\bto (?:the )?(?:county|city|province|capital|beijing|higher)\b|\bper \d+|\bskip ?level\b|
    \bincreas\w*|\bdecreas\w*|\brates? of\b|
    \b(?:petition|complaint|grievance)s? (?:rates?|volume|filed|lodged|received|made|per)\b
    """
)
# These count against people whatever stands beside them: sending petitioners home, a place without complaints ...
SUPPRESSED = pattern(
    r"""
    劝返|稳控|稳住|息访|息诉|罢访|控访|接返|截访率|化访|零(?:信访|上访|投诉|举报|越级|集体|进京|非访)|
    (?:无|没有|不发生|未发生|杜绝|严防|防止)[^|]{0,6}(?:信访|上访|投诉|举报|越级|集体|进京)|
    (?:信访|上访|投诉|举报)(?!积案)[^|]{0,4}(?:为零|归零|清零|零发生)|(?:信访|上访|投诉).{0,4}(?:下降|减少|压降|控制)|
    \b(?:no|zero|free (?:of|from)|without|fewer|less|reduc\w*|prevent\w*|stop\w*|dissuad\w*|return\w*|intercept\w*)
    \ (?:\w+ ){0,2}(?:petition|complain|grievance)\w*|
    \b(?:petition|complaint|grievance)s? (?:free|reduc\w*|decreas\w*|drop\w*|withdrawn|suppress\w*|prevent\w*)\b
    """
)
# ... or what was caused by bad handling: 因处理不当引发越级上访; 发生信访逾期未办结 is the office's own fault.
PROVOKED = pattern(
    r"""
    (?:引发|导致|造成|引起|发生|出现|产生)[^|]{0,8}(?:信访|上访|投诉|举报|京访|级访|集访|群访|访事件)
    (?!.{0,4}(?:逾期|未|超期|不|积压|拖|办理))|
    \b(?:caus\w*|trigger\w*|provok\w*|leading to|led to|result\w* in|incidents? of|occurrence of)
    \ (?:\w+ ){0,2}(?:petition|complain|grievance)\w*
    """
)
HANDLED = pattern(
    r"""
    办结|受理|答复|回复|化解|处理|处置|接待|调处|办理|(?<!不)满意|解决|反馈|包案|接访|调解|代理|积案|核查|核实|查处|兑现|回访|
    响应|\bhandl\w*|\bresol\w*|\banswer\w*|\brepl\w*|\bclos\w*|\bprocess\w*|\bsettl\w*|\backnowledg\w*|\brespon\w*|
    \btimel\w*|\bon time\b|\bwithin\b|\bsatisf\w*|\bfollow\w*|\baccept\w*|\baddress\w*|\bdealt\b|\bsolved\b|\bheard\b
    """
)
LATE = pattern(
    r"""
    逾期|超期|超时|延误|拖延|推诿|敷衍|未(?:按期|按时|及时|办结|答复|回复|受理|处理|解决)|
    不(?:予)?(?:受理|答复|及时|处理|按期)|积压|拒不|拒收|办理不力|\boverdue\b|\blate\b|\bdelay\w*|
    \bun(?:answered|resolved|handled)\b|\bignor\w*|\bnot (?:handled|answered|resolved|accepted)\b|
    \brefus\w* to (?:accept|handle|answer)\b|\bmishandl\w*
    """
)
# Handled, and nothing said of what: the share of something below the line that may be petitions.
HANDLED_ALONE = pattern(
    r"""
    ^(?:已|应|按|限|及|时|期|当|年|月|季|本|内|后|的|规定|满意|办结|受理|答复|回复|化解|解决|反馈|办理|处理|逾期|超期|未|群众|事项|案)+
    (?:总?[件起]?[次数量]?)?$|
    ^(?:(?:handled|resolved|answered|closed|settled|replied|acknowledged|accepted|satisfied|overdue|unanswered|late|not|in|on|
    time|within|days|promptly|to|number|of|total|cases)(?: |$))+$
    """
)
# Keeping the door open for people who complain.
KEPT_UP = pattern(
    r"""
    奖励|渠道|公布|公示|电话|邮箱|信箱|制度|窗口|培训|平台|代办|畅通|宣传|知晓|登记|台账|工作|业务|\bchannels?\b|
    \bhotline\b(?! calls| tickets)|\bprocedure\w*|\bdesk\b|\boffice\b|\btraining\b|\bwork\b
    """
)
RETALIATION = pattern(
    r"""
    打击报复|报复|截访|拦访|压制|压案|刁难|殴打|扣押|拘禁|侮辱|恐吓|泄露|\bretaliat\w*|\bharass\w*|\bintercept\w*|
    \bsuppress\w*|\bdetain\w*|\bbeat\w*|\bintimidat\w*
    """
)
MINUS = r"扣|减分|否决|黄牌|取消|罚|降(?:低|级|等)|不得评|没收|\bdeduct\w*|\bminus\b|\bveto\w*|\blos(?:e|es|ing)\b|\bpenal\w*"

# A sentence of a note that keeps a figure out of the score ...
KEPT_OUT = pattern(
    r"""
    [只仅](?:供|作|做|作为|用作|用于)?(?:统计|分母|参考|记录|公布)|
    不(?:作为|列入|纳入|参与|得|予|再)?(?:考核|计分|评分|排名|奖惩|打分|下达|影响得分)|不(?:与|和)[^|]{0,12}挂钩|不看|
    (?:不得|禁止|严禁|不准)(?:以|将|把|对|向|因|用|按|下达|强制|强迫|收集|采集|登记|填写|保存|使用)|不(?:收集|采集|登记)|
    均不得使用|已经?取消|\bstatistics? only\b|\bonly (?:as )?(?:a )?(?:statistic|denominator|recorded)\w*|
    \b(?:not|never|no longer) (?:be )?(?:scored?|assess\w*|rank\w*|reward\w*|used)\b|\babolished\b|
    \bno (?:target|quota|points?)\b
    """
)
# ... unless it gives or takes points after all, or names a level to reach.
SCORES = pattern(
    r"""
    [加扣计得奖罚减][\d一二两三五十]|每(?:例|人|少|多|次|孩|个).{0,6}[加扣奖罚减]|评[优先选]|提拔|晋升|[低高]于|不[少超]|超|
    达到|达标|完成|确保|以[上下内]|(?:出生|生育|[孩胎孕扎环产婚]).{0,6}的不(?:予|得)?(?:计分|考核|评分|参评|奖)|
    \b\d+ points?\b|\bpoints? (?:each|per)\b|\bper case\b|\bbelow\b|\babove\b|\bexceed\w*|\bat least\b|\breach\w*|
    \bachiev\w*
    """
)

# A kind of party that is a person or a household; 商户 and 个体户 are businesses.
PERSON_KINDS = pattern(
    r"""
    人|户|对象|residents?|persons?|people|individuals?|households?|famil(?:y|ies)|wom[ae]n|wives|wife|mothers?|
    couples?|citizens?|villagers?|patients?|child(?:ren)?|girls?|jumin|cunmin|funv|yunfu|nonghu|geren
    """
)
PERSON_ENDINGS = (
    "居民", "村民", "妇女", "孕妇", "孕产妇", "产妇", "夫妻", "夫妇", "家庭", "个人", "群众", "公民", "市民", "患者", "病人",
    "儿童", "老人", "个案", "流动人口", "户主", "育龄对象",
)  # fmt: skip
BUSINESS_ENDINGS = ("商户", "个体户", "经营户", "企业户", "门户")
