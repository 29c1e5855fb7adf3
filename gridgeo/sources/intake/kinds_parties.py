"""Kinds of files about parties: customers and prospects, households, merchants."""

from __future__ import annotations

import polars as pl

from gridgeo.domain.tables import CUSTOMER_NOTES, CUSTOMERS, HOUSEHOLDS, MERCHANT_NOTES, MERCHANTS
from gridgeo.sources.intake import words
from gridgeo.sources.intake.fields import Field, ImportKind, Reference, Rule
from gridgeo.sources.intake.kinds_bank import ADDRESS, LAT, LNG, SYNTHETIC, VILLAGE_CODE
from gridgeo.sources.intake.values import OLDEST, age_on

_PROSPECT = (pl.col("party") == "prospect").fill_null(value=False)
_PROSPECT_RULES: tuple[Rule, ...] = tuple(
    (_PROSPECT & pl.col(name).is_null(), name, "a prospect needs its source, basis and expiry")
    for name in ("source", "basis", "expires_on")
)

CUSTOMERS_KIND = ImportKind(
    "customers",
    "customer",
    CUSTOMERS | CUSTOMER_NOTES,
    (
        Field(
            "id",
            "text",
            "core",
            (
                "customer_id customer_no customer_number cust_id cust_no client_id client_no cif cif_no "
                "客户号 客户编号 客户代码 客户编码 客户ID 客户内码 核心客户号 ECIF号 ECIF客户号 客户标识 编号"
            ),
            required=True,
        ),
        Field(
            "branch_id",
            "text",
            "core",
            (
                "branch branch_code branch_no org org_id org_code org_unit_id outlet outlet_id 机构号 "
                "机构代码 机构编号 机构编码 开户机构 开户机构号 所属机构 所属机构号 归属机构 归属机构号 "
                "管户机构 管户机构号 经办机构 网点号 网点编号 网点代码 所属网点 归属网点 开户网点 开户行 "
                "开户支行 所属支行 归属支行 机构 网点 支行"
            ),
            required=True,
        ),
        Field(
            "account_rm_id",
            "text",
            "core",
            (
                "rm rm_id manager manager_id account_manager relationship_manager 管户客户经理 管户客户经理号 "
                "管户经理 管户经理号 管户经理工号 管户人 管户人工号 客户经理 客户经理号 客户经理工号 "
                "客户经理编号 理财经理 管户工号"
            ),
        ),
        Field(
            "tier",
            "word",
            "important",
            ("segment level customer_tier customer_level 客户分层 分层 客户层级 客户等级 客户级别 等级 层级"),
            words.TIER_WORDS,
            default="basic",
        ),
        ADDRESS,
        Field("locality", "text", "general", "town city township 乡镇 所在乡镇 所属乡镇 镇街 乡镇街道 镇"),
        Field("age_band", "word", "personal", "age_group age 年龄段 年龄", words.AGE_WORDS),
        Field(
            "born_on",
            "birth",
            "personal",
            ("birth_year year_of_birth born birthday birth_date date_of_birth 出生年份 出生年 出生日期 出生年月 生日"),
        ),
        Field("as_of", "date", "general", "as_of data_date 数据日期 截止日期 统计日期"),
        Field(
            "products",
            "whole",
            "important",
            "product_count number_of_products 产品数 产品数量 持有产品数 持有产品数量",
            low=0,
        ),
        Field(
            "balance_fen",
            "money",
            "important",
            (
                "balance deposits deposit deposit_balance balance_yuan total_balance 存款余额 余额 存款 "
                "存款总额 存款时点余额 时点余额 资产余额 金融资产 金融资产余额 资产总额 aum aum余额"
            ),
        ),
        Field(
            "last_contact_on",
            "date",
            "general",
            (
                "last_contact last_contact_date last_visit 最近联系 最近联系日期 最近联系时间 上次联系日期 "
                "上次联系时间 最近拜访日期 最后联系日期"
            ),
        ),
        Field("contacts_12m", "whole", "general", "contacts 近12月联系次数 近12个月联系次数 联系次数", low=0),
        SYNTHETIC,
        Field("party", "word", "general", "party_kind party_type 客户类型 客户性质 客户类别", words.PARTY_WORDS),
        Field("name", "text", "personal", "customer_name client_name full_name 姓名 客户姓名 客户名称 客户名 名称"),
        Field(
            "phone",
            "text",
            "personal",
            (
                "mobile mobile_phone mobile_no phone_number phone_no telephone tel 电话 电话号码 手机 手机号 "
                "联系电话 手机号码 移动电话 联系方式"
            ),
        ),
        Field("occupation", "text", "personal", "job profession 职业 职业名称"),
        Field("tags", "text", "general", "labels 标签 客户标签"),
        Field("product_ids", "text", "important", "product product_id product_code 产品 产品代码 产品编号 持有产品"),
        VILLAGE_CODE,
        Field("household_id", "text", "core", "household household_no 户号 户编号 家庭编号"),
        LNG,
        LAT,
        Field("consent", "yes_no", "personal", "marketing_consent 营销授权 是否同意 授权 是否授权"),
        Field("do_not_contact", "yes_no", "personal", "do_not_call dnc 免打扰 勿扰 是否免打扰"),
        Field("source", "text", "general", "来源 客户来源 数据来源"),
        Field("basis", "text", "general", "legal_basis 依据 合法依据 授权依据"),
        Field(
            "expires_on",
            "date",
            "general",
            "expiry expires expiry_date valid_until 有效期 有效期至 到期日 到期日期 失效日期",
        ),
        Field(
            "opened_on",
            "date",
            "general",
            "open_date opened account_opened first_product_date 开户日期 开户日 开户时间 首次开户日期 建户日期",
        ),
        Field(
            "second_product_on",
            "date",
            "general",
            "second_product_date second_sale_on second_sale_date 二次销售日期 第二产品日期 第二个产品日期",
        ),
    ),
    rules=(
        (
            ~age_on(pl.col("as_of"), pl.col("born_on")).is_between(-1, OLDEST),
            "born_on",
            "a birth that no living person has on the day ages count for",
        ),
        (
            pl.col("second_product_on") < pl.col("opened_on"),
            "second_product_on",
            "the second product is older than the first",
        ),
        *_PROSPECT_RULES,
    ),
    references=(
        Reference("branch_id", "branches", "unknown branch"),
        Reference("account_rm_id", "staff", "unknown account manager"),
    ),
    positions=True,
    lists=("product_ids", "tags"),
)
HOUSEHOLDS_KIND = ImportKind(
    "households",
    "household",
    HOUSEHOLDS,
    (
        Field("id", "text", "core", "household_id household_no 户号 户编号 户ID 家庭编号 户籍号 编号", required=True),
        ADDRESS,
        Field("building_id", "text", "core", "building building_no 楼栋 楼栋号 楼栋编号"),
        Field("head", "text", "personal", "head_of_household head_name 户主 户主姓名"),
        Field(
            "members",
            "whole",
            "general",
            "size people household_size 人口 人口数 人数 家庭人口 家庭人口数 家庭人数",
            low=0,
        ),
        Field("status", "word", "general", "household_status 状态 居住状态 居住情况 户状态", words.HOUSEHOLD_WORDS),
        VILLAGE_CODE,
        LNG,
        LAT,
        Field("source", "text", "general", "来源 数据来源"),
        Field("dated_on", "date", "general", "date survey_date 日期 采集日期 登记日期 更新日期"),
    ),
    positions=True,
)
MERCHANTS_KIND = ImportKind(
    "merchants",
    "merchant",
    MERCHANTS | MERCHANT_NOTES,
    (
        Field(
            "id",
            "text",
            "core",
            "merchant_id merchant_no shop_id osm_id 商户号 商户编号 商户代码 商户ID 企业编号 编号",
            required=True,
        ),
        Field(
            "name",
            "text",
            "core",
            (
                "merchant merchant_name shop_name company_name 商户名称 商户名 名称 店名 店铺名称 门店名称 "
                "企业名称 单位名称"
            ),
        ),
        Field(
            "industry",
            "word",
            "core",
            "trade industry_type sector 行业 行业类别 行业类型 行业名称 所属行业 经营类别",
            words.INDUSTRY_WORDS,
            default="other",
        ),
        Field("osm_tag", "text", "general", "tag"),
        LNG,
        LAT,
        SYNTHETIC,
        ADDRESS,
        VILLAGE_CODE,
        Field("scheme", "text", "general", "industry_scheme 行业分类标准 行业标准"),
        Field("code", "text", "general", "industry_code 行业代码 国民经济行业代码 行业分类代码 行业编码"),
        Field("customer_id", "text", "core", "customer customer_no customer_number cust_id 客户号 客户编号 对应客户号"),
    ),
    rules=((pl.col("code").is_not_null() & pl.col("scheme").is_null(), "scheme", "an industry code needs its scheme"),),
    positions=True,
    placed=True,
    tags=True,
)
