"""Regular expressions of the street part of Chinese addresses; Rust syntax, as polars reads them."""

from __future__ import annotations

from gridgeo.locate.chinese_text import HAN

_SIDE = "[东西南北中上下前后内外]"
_ORDINAL = "[一二三四五六七八九十]"
_STREET = "(?:马路|大路|大街|大道|公路|环路|路|街)"
_BUILT = "条|桥|门|站|寺|公园|广场|大厦|小区|花园|医院|学校|小学|中学|政府|大学|市场|商场"
_BEHIND_NAME = rf"{_SIDE}{{0,2}}(?:{_ORDINAL}{{0,2}}(?:{_STREET}|道)|巷|胡同|弄|{_BUILT})"

# Towns and street offices.
TOWN_DOUBLE = rf"^({HAN}{{1,9}}?[镇乡](?:镇|乡|街道))"
TOWN_OFFICE = rf"^({HAN}{{1,9}}?(?:街道|苏木|民族乡|农场|林场))(?:办事处|办)?"
TOWN_PLAIN = rf"^({HAN}{{1,9}}?[镇乡])"
TOWN_SHORT_OFFICE = rf"^({HAN}{{1,6}}?)(?:街办|办事处|地区办事处|街道办)"
TOWN_AS_STREET = rf"^({HAN}{{2,5}}?街){HAN}{{2,8}}(?:{_STREET}|村|社区)"
"""荔城街民生路12号 stands in 荔城街道."""
TOWN_AREA = rf"^({HAN}{{1,6}}?地区)"
NOT_TOWN = rf"^(?:{_BEHIND_NAME}|村|[园苑府])"
"""What follows 镇 or 乡 when it is no town: 新乡路, 古镇村, 水乡花园."""
NOT_LONG_TOWN = rf"^(?:{_STREET}|道|巷|村|桥|[园苑府])"
"""The same behind a name of three characters and more: 甘亭镇南环路 is a town and its road."""
AREA = rf"^({HAN}{{2,4}}?区){HAN}{{2,}}"
"""What is called 区 and is no district: 石岐区孙文东路."""
ZONE = (
    rf"^({HAN}{{0,10}}?(?:高新技术产业开发区|经济技术开发区|高新技术开发区|经济开发区|高新开发区|开发区|高新区|经开区|工业园区|保税区|"
    r"度假区|示范区|新区|管理区))(?:管委会)?"
)

# Villages and their groups.
_VILLAGE_WORDS = "村民委员会|村委会|行政村|自然村|村|社区居委会|社区居民委员会|居委会|社区|嘎查"
VILLAGE = rf"^({HAN}{{1,9}}?(?:{_VILLAGE_WORDS})|\d{{1,3}}村)"
_GROUND = "[庄屯堡寨湾坪营岭沟坝冲岗塘垸圩店集口屋家洼垭坨]"
VILLAGE_RURAL = rf"^({HAN}{{1,6}}?{_GROUND})(?:\d{{1,4}}号?(?:[^楼栋幢\d]|$)|\d{{1,3}}[组队社]|$)"
ESTATE_VILLAGE = rf"(?:新|{_ORDINAL})村$"
"""Estates of cities: 曹杨新村, 梅陇六村."""
NOT_RURAL_VILLAGE = rf"^(?:{_STREET}|道|巷|胡同|弄|{_BUILT}|[园苑]|委|口)"
NOT_VILLAGE = rf"^(?:{_BEHIND_NAME}|[东西南北]?里|[园苑]|委|口)"
GROUP = (
    rf"^(\d{{1,3}}(?:村民小组|小组|组|队|社)|{HAN}{{1,5}}?(?:村民小组|小组|组|队|社)|"
    rf"{HAN}{{1,5}}?(?:自然村|屯|庄|村|寨|湾|坪|沟|坝|冲|塘|岗|营|堡|嘴))(?:\d|,|$)"
)

# Roads and lanes.
HIGHWAY = (
    r"^((?:[GSXY]\d{1,4}(?:国道|省道|县道|乡道|线|高速)?)|\d{2,3}(?:国道|省道|县道|乡道)|(?:国道|省道|县道)\d{2,4}线?)"
)
ROAD = (
    rf"^((?:{HAN}|·){{1,12}}?(?:\d{{1,2}}号?)?{_STREET}(?:{_SIDE}?{_STREET})?)"
    rf"((?:{_SIDE}|延长)?{_ORDINAL}?{_ORDINAL}?段|{_SIDE}?(?:延长线|延伸段))?"
)
SECOND_ROAD = rf"^({HAN}{{2,8}}?{_STREET})(?:[甲乙丙丁]?\d{{1,5}}(?:号[^楼]|号?$|弄|-|附))"
"""Of two streets the second has the number."""
ROAD_SIDE = r"^([东西南北中])(?:\d|,|$|[甲乙丙丁]\d)"
"""江南大道中180号: the side stands behind the street word."""
ROAD_DAO = rf"^({HAN}{{1,6}}?道)(?:\d|,|$|{HAN}{{1,5}}[里巷])"
BEFORE_ROAD = (
    rf"^({HAN}{{2,8}}?(?:小区|大厦|广场|公寓|市场|商城|花苑|家园|新城|商务区|工业园区?|工业区|科技园区?|产业园区?|开发区|花园|新村))"
    rf"({HAN}{{2,8}}?{_STREET}[东西南北中]?[甲乙丙丁]?\d.*)$"
)
LANE_NUMBER = r"^,?(\d{1,5}弄(?:\d{1,4}支?弄)?)"
LANE = rf"^,?({HAN}{{1,8}}?(?:胡同|巷子|巷|弄堂|夹道|弄)|{_ORDINAL}{{1,3}}巷)"
LANE_LI = rf"^,?({HAN}{{1,5}}?[里坊条])(?:[甲乙丙丁]?\d{{1,4}}(?:号(?:[^楼院]|$)|$|-))"

# Numbers.
_MORE = rf"(?:号?[附增]\d{{1,4}}|号?之(?:\d{{1,3}}|{_ORDINAL}{{1,2}})|号?[-、,]\d{{1,5}})*"
NUMBER = (
    rf"^,?(?:第|门牌号?|NO[.,]?|#)?([甲乙丙丁戊己]?\d{{1,5}}(?:[甲乙丙丁戊]|[A-Z])?{_MORE})"
    r"(?:(号(?:大?院)?|#|号门)([甲乙丙丁戊])?|$|,)(.*)$"
)
"""The number, its sign, a letter behind it, what follows."""
NUMBER_BARE = rf"^,?([甲乙丙丁戊己]?\d{{1,5}}(?:[甲乙丙丁戊])?(?:附\d{{1,4}}|之\d{{1,3}}|-\d{{1,5}})?)({HAN}.*)$"
"""A number without its sign before a name; COUNTED tells what it may not count."""
NOT_NUMBERED = r"^(?:楼|街坊|地块|厂房|库|公寓|路|线|井|桥|仓|店|车间)"
"""What makes 7号 no house number: 7号街坊."""
COUNTED = (
    r"^(?:号?(?:楼|街坊|地块|厂房|库)|小区|[栋幢座层室房弄巷组队社户区期门]|单元|公里|千米|米|天|年|月|路|街|大街|国道|"
    r"省道)"
)
KILOMETRE = r"^,?(\d{1,5}(?:\.\d+)?(?:\+\d{1,3})?)(?:公里|千米|KM|K)(?:\+?(\d{1,3})米?)?处?"
NUMBER_BEHIND_NAME = rf"^({HAN}{{2,12}}?)([甲乙丙丁]?\d{{1,5}}(?:附\d{{1,4}}|-\d{{1,4}})?)号(?:([^楼栋幢].*)?$|院(.*)$)"

# Buildings, units, rooms.
BUILDING = (
    r"([A-Z]{1,2}\d{0,3}(?:号楼|[座栋幢]|楼)|[甲乙丙丁](?:座|栋|幢|楼)|\d{1,4}[A-Z]?(?:号楼|[栋幢座]|#楼|#|号公寓楼?|号厂房|号库)|"
    r"[东西南北中][塔座]|(?:主|附|裙|副|东|西|南|北|中|前|后|配|综合|办公)楼)"
)
UNIT = r"^[,-]*((?:\d{1,2}|[A-Z]|[东西南北中甲乙丙丁])单元)"
UNIT_DOOR = r"^[,-]*(\d{1,2}门)(\d{3,4}[A-Z]?(?:室|号)?)$"
"""In Tianjin a staircase is a 门: 2号楼3门501."""
TRIPLE = r"^(.*[\u3400-\u9fff]|)(\d{1,3})-(\d{1,2})-(\d{3,4}[A-Z]?)(?:室|房|号|户)?$"
PAIR = r"^(.*[\u3400-\u9fff])()(\d{1,2})-(\d{3,4}[A-Z]?)(?:室|房|号|户)?$"
UNIT_ROOM = r"^[,-]*(\d{1,2})-(\d{3,4}[A-Z]?)(?:室|房|号|户)?$"
UNIT_ANYWHERE = r"((?:\d{1,2}|[A-Z]|[东西南北中甲乙丙丁])单元)"
FLOOR_ROOM = r"^[,-]*\d{1,3}(?:层|楼|F)[,-]?(\d{3,5}[A-Z]?(?:室|房|号|户)?)$"
_ROOM_WORD = r"(?:室|房间?|号房?|户|铺|单元)"
ROOM = (
    r"^[,-]*(\d{1,3}(?:楼|层)[东西南北中左右]?(?:\d{1,2}|[A-Z])?(?:号|门|户|室)?|"
    rf"\d{{1,5}}(?:-\d{{1,4}}){{0,2}}[A-Z]?{_ROOM_WORD}?|[A-Z]?\d{{1,5}}[A-Z]?(?:{_ROOM_WORD}|F)?|"
    r"[A-Z](?:室|房|户)|[东西南北中左右]\d?(?:户|门|室))$"
)
ROOM_LAST = (
    r"[^\dA-Z-](\d{1,5}-\d{1,5}(?:-\d{1,4})?(?:室|房|号|户)?|(?:\d{1,2}楼)?[A-Z]?\d{3,5}[A-Z]?(?:室|房间?|号房|户)?|"
    r"\d{1,5}[A-Z]?(?:室|房间?|户|铺)|\d{1,2}[A-Z]|\d{1,3}F|\d{1,3}(?:层|楼))$"
)
