"""The closed lists of words that name ethnicity, religion, health or minors, Chinese and western."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


PEOPLES = _words("""
    汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇
    柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京
    塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺
""")
"""The 56 peoples of GB/T 3304, each followed by 族 in a text."""

CHINESE: dict[str, tuple[str, ...]] = {
    "ethnicity": (
        *(f"{name}族" for name in PEOPLES),
        *_words("民族 少数民族 族裔 种族 族别 维吾尔 维族 回民 藏民 蒙民 彝民"),
    ),
    "religion": _words("""
        宗教 信仰 教派 佛教 道教 伊斯兰 穆斯林 回教 清真 基督 天主教 东正教 新教 教徒 信徒 信众 教友 教会 礼拜堂 教堂
        信佛 拜佛 信教 入教 教民 教众 做礼拜 法轮 修女 喇嘛 僧人 和尚 尼姑 道士 阿訇
        牧师 神父 居士 朝觐 斋月 犹太 印度教
    """),
    "health": _words("""
        病 患者 重疾 绝症 精神障碍 抑郁 自闭 癌 肿瘤 高血压 肝炎 乙肝 艾滋 尿毒症 透析 哮喘 癫痫 中风 偏瘫 瘫痪 残疾
        残障 残联 伤残 健康 体检 就诊 住院 怀孕 孕妇 孕期 孕产 备孕 不孕 失能 失智 痴呆 基因检测 血型
    """),
    "minors": _words("""
        未成年 儿童 少儿 少年 婴儿 婴幼儿 幼儿 孩子 小孩 宝宝 学童 小学生 中学生 初中生 高中生 高考生 中考生 未满十八
        不满十八 十八岁以下 十八周岁以下
    """),
}
"""Ground -> words that refuse a text which holds one of them anywhere."""

WESTERN: dict[str, tuple[str, ...]] = {
    "ethnicity": (
        *("han chinese", "hui chinese", "hui people", "yi people", "miao people"),
        *_words("""
            ethnic ethnicity ethnical race racial nationality minzu shaoshuminzu huizu zangzu weiwuer uyghur uighur
            tibetan mongolian kazakh manchu zhuang hmong roma gypsy latino hispanic
        """),
    ),
    "religion": _words("""
        religion religious faith creed zongjiao islam islamic muslim moslem halal mosque hajj christian christianity
        catholic protestant orthodox church buddhist buddhism taoist taoism daoist hindu hinduism sikh jew jewish
        judaism imam priest monk nun worship prayer falun
    """),
    "health": _words("""
        health healthy illness ill sick sickness disease diseased patient diagnosis diagnosed disability disabled
        handicapped cancer tumour tumor diabetes diabetic hypertension hepatitis hiv aids depression depressed dementia
        pregnant pregnancy maternity medication asthma asthmatic dialysis epilepsy epileptic
            leukaemia leukemia alzheimer parkinson autism autistic hospitalised hospitalized jiankang
    """),
    "minors": _words("""
        minor child children kid teen teenager teenage adolescent juvenile underage underaged infant infancy baby babies
        toddler pupil schoolchild schoolchildren schoolboy schoolgirl youngster weichengnian
    """),
}
"""Ground -> whole words, the plural too, that refuse a text."""

ALLOWED = _words("""
    幼儿园教师 幼儿园老师 幼儿园园长 幼儿教师 少年宫教师 少年宫老师 儿童服装店 儿童用品店 儿童摄影店 健康管理师 健康产业
    病虫害 收回民 返回民 退回民 民族乐团 民族乐器 水族馆 水族店 水族箱 新教师 新教育 体检中心
""")
"""Compounds that name somebody's trade or place; they are taken out of a text before it is compared."""
ALLOWED_WESTERN = ("health worker", "health inspector", "child minder", "child care worker", "baby boomer")
