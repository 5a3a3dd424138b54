import pytest

from kiosk.rules import privacy
from kiosk.rules.privacy import find, find_in_content, find_in_table, mask, masked

ID = "371702197709059956"
CARD = "6229190748337887627"


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        (ID, "id_number", "3717************56"),
        ("37170219401125991X", "id_number", "3717************1X"),
        ("３７１７０２１９４０１１２５９９１Ｘ", "id_number", "3717************1X"),
        ("37170219401125991x", "id_number", "3717************1X"),
        ("371702 19770905 9956", "id_number", "3717************56"),
        ("371702-19770905-9956", "id_number", "3717************56"),
        ("3717 0219 7709 0599 56", "id_number", "3717************56"),
        (" ".join(ID), "id_number", "3717************56"),
        ("371702　19770905　9956", "id_number", "3717************56"),
        ("371702770905995", "id_number", "3717*********95"),
        ("身份证号：371702197709059955", "id_number", "3717************55"),
        (f"{ID}43", "id_number", "3717************56"),
        (CARD, "bank_card", "****7627"),
        ("6229 1907 4833 7887 627", "bank_card", "****7627"),
        ("6229-1907-4833-7887-627", "bank_card", "****7627"),
        ("622919 0748337887627", "bank_card", "****7627"),
        ("账号：90502010042050001234", "bank_card", "****1234"),
        ("存折号 1234567890123", "bank_card", "****0123"),
        ("13812345678", "mobile", "138****5678"),
        ("１３８１２３４５６７８", "mobile", "138****5678"),
        ("138 1234 5678", "mobile", "138****5678"),
        ("138-1234-5678", "mobile", "138****5678"),
        ("138—1234—5678", "mobile", "138****5678"),
        ("138 123 45678", "mobile", "138****5678"),
        ("+86 138 1234 5678", "mobile", "138****5678"),
        ("+8613812345678", "mobile", "138****5678"),
        ("86-13812345678", "mobile", "138****5678"),
        ("联系电话：0530-5880001", "landline", "0530-*****01"),
        ("(0530)5880001", "landline", "0530-*****01"),
        ("（0530）5880001", "landline", "0530-*****01"),
        ("０５３０－５８８０００１", "landline", "0530-*****01"),
        ("010-62345678", "landline", "010-******78"),
        ("05305880001", "landline", "0530-*****01"),
        ("护照 E12345678", "passport", "E1*****78"),
        ("EA1234567", "passport", "EA*****67"),
        ("护照号：G20260501", "passport", "G2*****01"),
        ("鲁R12345", "plate", "鲁R***45"),
        ("鲁R·1234A", "plate", "鲁R***4A"),
        ("鲁RD12345", "plate", "鲁R****45"),
        ("李楼镇东湖村三组15号", "address", "李楼镇东湖村三组"),
        ("东湖村前街12号院", "address", "东湖村前街"),
        ("人民路８８号", "address", "人民路"),
        ("幸福小区3号楼2单元501室", "address", "幸福小区"),
        ("人民路88号3单元502室", "address", "人民路"),
    ],
)
def test_a_datum_is_found_in_every_spelling_and_its_mask_is_not(text, kind, shown):
    (found,) = find(text)
    assert (found.kind, found.shown_as) == (kind, shown)
    sentence = f"东湖村张某，{text}，已登记。"
    assert [it.kind for it in find(sentence)] == [kind]
    assert find(mask(sentence)) == []
    assert shown in mask(sentence)


@pytest.mark.parametrize(
    "text",
    [
        "本期收入 58,259.45 元，支出 53,612.92 元，结余 108,915.44 元。",
        "13812345678.00 元",
        "￥13812345678",
        "共计13812345678元",
        "2026-04-03至2026-06-30",
        "2026年5月15号召开村民代表会议，15号下午发放",
        "20260501 20260502 20260503",
        "文号〔2026〕15号",
        "农经发〔2011〕13号第三条",
        "鲁政发〔2026〕12345号",
        "合同编号 20260501-001，记-001",
        "发票号码25372000000138123456",
        "合同G20260501，E20260501",
        "371702197709059957",
        "统一社会信用代码 91371702MA3CXXXX12",
        "6229190748337887628",
        "行政区划代码371721105201",
        "拨打12345、12388、110",
        "监督电话：0530-5880001",
        "监督电话：0530-5880001、0530-5880002",
        "举报电话 0530－5880001",
        "村委会电话：0530-5880001",
        "便民服务热线(0530)5880001",
        "值班手机 13812345678",
        "东湖村15号机井、3号鱼塘，二组5号变压器",
        "东湖村第3号公告，村三组召开",
        "云A4纸5包，新B超1台",
        "承包期2024—2029年，120亩，5人×3个月",
        "3717************56，****7627，138****5678，0530-*****01，E1*****78，鲁R***45",
        "因病致贫的帮扶政策，两癌筛查，残疾人补贴",
    ],
)
def test_amounts_dates_documents_and_public_contacts_are_let_be(text):
    assert find(text) == []
    assert mask(text) == text


def test_every_datum_of_a_sentence_is_found_in_order():
    text = f"{ID} 13812345678，13912345678，卡号{CARD}，2 13712345678 15 13612345678"
    assert [it.kind for it in find(text)] == ["id_number", "mobile", "mobile", "bank_card"] + [
        "mobile"
    ] * 2


def test_a_public_label_does_not_cover_the_next_person():
    assert [it.kind for it in find("监督电话：0530-5880001  书记王某 13812345678")] == ["mobile"]
    assert [it.kind for it in find("服务对象电话：13812345678")] == ["mobile"]
    assert [it.kind for it in find("监督电话见村口。张某13812345678")] == ["mobile"]


def test_a_number_before_an_address_does_not_hide_the_door():
    assert [it.kind for it in find("13812345678东湖村三组15号")] == ["mobile", "address"]


def test_a_public_contact_field_allows_contacts_only():
    allowed = find(f"13812345678 0530-5880001 {ID}", privacy.PUBLIC_CONTACT)
    assert [it.kind for it in allowed] == ["id_number"]


COLUMNS = ["序号", "户主姓名", "身份证号", "家庭人口", "金额", "联系电话", "银行账号", "致贫原因"]


def kinds(columns, rows, title=""):
    return [(it.row, it.column, it.kind) for it in find_in_table(columns, rows, title)]


def test_a_list_is_read_by_its_headings():
    rows = [
        [1, "李家某", ID, 2, 54300, "18609011111", CARD, "缺劳力"],
        [2, "王某", "371702197709059999", 1, 100, "5880001", "1234567890", "无"],
        [3, "陈某", "3717************56", 1, 100, "186****1111", "****7627", None],
        [4, "刘某", int(ID), 1, 100, 18609011111, 6229190748337887627, "因病"],
    ]
    assert kinds(COLUMNS, rows) == [
        *((0, column, kind) for column, kind in ((2, "id_number"), (5, "mobile"))),
        *((0, column, kind) for column, kind in ((6, "bank_card"), (7, "health"))),
        *((1, column, kind) for column, kind in ((2, "id_number"), (5, "landline"))),
        (1, 6, "bank_card"),
        *((3, column, kind) for column, kind in ((2, "id_number"), (5, "mobile"))),
        *((3, column, kind) for column, kind in ((6, "bank_card"), (7, "health"))),
    ]


def test_illness_in_a_remark_is_found_and_a_category_of_aid_is_not():
    rows = [["因病"], ["肢体二级"], ["患肺癌"], ["重度残疾人护理补贴"], ["低保户"], ["已发放"]]
    assert kinds(["备注"], rows) == [(0, 0, "health"), (1, 0, "health"), (2, 0, "health")]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("致困原因", "health"),
        ("残疾类别", "health"),
        ("残疾等级", "health"),
        ("病　种", "health"),
        ("申请原因", "health"),
        ("健康状况", "health"),
        ("残疾人补贴金额", None),
        ("残疾证号", "id_number"),
        ("身份证\n号码", "id_number"),
        ("一卡通账号", "bank_card"),
        ("监督电话", "public"),
        ("家庭住址", "address"),
        ("救助金额", None),
        ("开户行", None),
    ],
)
def test_a_heading_says_what_is_below(heading, kind):
    assert privacy.heading_kind(heading) == kind


def test_minors_are_shown_by_surname():
    assert kinds(["姓名", "年龄"], [["李小明", 9], ["王建国", 45], ["张某某", 10]]) == [
        (0, 0, "minor")
    ]
    assert kinds(["儿童姓名"], [["李小明"]]) == [(0, 0, "minor")]
    (found,) = find_in_table(["姓名"], [["李小明"]], "孤儿基本生活费发放公示")
    assert found.shown_as == "李某"


def test_doors_under_a_heading_of_addresses():
    (found,) = find_in_table(["家庭住址"], [["东湖村18号"]])
    assert (found.kind, found.shown_as) == ("address", "东湖村")
    assert find_in_table(["家庭住址"], [["东湖村三组"]]) == []


PERSONS = {
    "columns": [{"name": name, "amount": name == "金额"} for name in COLUMNS],
    "rows": [["1", "李家某", ID, "2", 54300, "18609011111", CARD, "因病"]],
    "total": 54300,
    "note": "咨询张某13812345678",
}


def test_a_list_masked_has_nothing_left_to_find():
    shown = masked(PERSONS, "person_list")
    assert [column["name"] for column in shown["columns"]] == COLUMNS[:-1]
    assert shown["rows"] == [
        ["1", "李家某", "3717************56", "2", 54300, "186****1111", "****7627"]
    ]
    assert shown["note"] == "咨询张某138****5678"
    assert find_in_content(shown, "person_list") == []
    assert PERSONS["rows"][0][2] == ID


def test_each_finding_in_a_content_has_its_place_in_words():
    assert [(it.place, it.kind, it.path) for it in find_in_content(PERSONS, "person_list")] == [
        ("第 1 行“身份证号”", "id_number", ("rows", 0, 2)),
        ("第 1 行“联系电话”", "mobile", ("rows", 0, 5)),
        ("第 1 行“银行账号”", "bank_card", ("rows", 0, 6)),
        ("第 1 行“致贫原因”", "health", ("rows", 0, 7)),
        ("说明", "mobile", ("note",)),
    ]
    ledger = {
        "opening": None,
        "closing": None,
        "lines": [
            {"on": "2026-05-01", "summary": "收租金", "income": 1, "expense": 0, "handler": ""},
            {"on": "2026-05-02", "summary": f"付{ID}", "income": 0, "expense": 1, "handler": ""},
        ],
        "note": "",
    }
    (found,) = find_in_content(ledger, "ledger")
    assert (found.place, found.path) == ("明细第 2 行“摘要”", ("lines", 1, "summary"))
    assert masked(ledger, "ledger")["lines"][1]["summary"] == "付3717************56"
    (found,) = find_in_content({"text": "电话13812345678"}, "notice")
    assert found.place == "正文"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("李明", "李*"),
        ("李小明", "李**"),
        ("欧阳小明", "欧阳**"),
        ("欧阳", "欧*"),
        ("李**", "李**"),
        ("李某某", "李某某"),
        ("李家某", "李**"),
        ("王大妈等3户", "王大妈等3户"),
        ("东湖村民委员会", "东湖村民委员会"),
    ],
)
def test_of_a_name_the_surname_is_shown(name, shown):
    assert privacy.surname_shown(name) == shown


def test_columns_of_persons_numbers_are_known_by_heading_or_cells():
    columns = ["姓名", "身份证号码", "联系电话", "一卡通", "金额", "监督电话"]
    rows = [["张某", "", "13812345678", "6217000010000000003", 5, "0530-3350001"]]
    assert privacy.private_columns(columns, rows) == {1, 2, 3}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("王大妈是艾滋病患者，请大家关心。", "王大妈，请大家关心。"),
        ("村民李四因患尿毒症，申请临时救助。", "村民李四，申请临时救助。"),
        ("张三的儿子去年查出白血病", "张三的儿子"),
        (
            "救助对象：李四（肝癌晚期）、王某某（肢体残疾二级）。",
            "救助对象：李四（）、王某某（）。",
        ),
        ("赵大爷，72岁，患有高血压、糖尿病", "赵大爷，72岁，"),
        ("癌症患者王某已领取救助金", "王某已领取救助金"),
        ("残疾人李四家", "李四家"),
        ("李四家因病致贫", "李四家"),
        ("张**患精神病", "张**"),
        ("老王得了中风", "老王"),
        ("孙小红是残疾人，", "孙小红，"),
        ("李四身患癌症，患脑梗", "李四"),
    ],
)
def test_an_illness_beside_a_person_is_left_out(text, masked):
    assert {it.kind for it in privacy.find(text)} == {"health"}
    assert privacy.mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "残疾人补贴发放标准：一级 135 元",
        "残疾人两项补贴按月发放，重度残疾人护理补贴同时提标",
        "慢性病签约服务由村医李明负责，高血压、糖尿病患者每季度随访一次",
        "请慢性病患者带身份证到卫生室签约",
        "张贴艾滋病防治宣传画",
        "王医生讲解糖尿病防治知识",
        "村医李明：高血压、糖尿病签约服务",
        "残疾人联络员李明，电话见公示栏",
        "残疾人专干李四入户评定残疾等级",
        "患大病、重病的村民可申请临时救助",
        "万一得了大病，医保可以报销",
        "周边居民患慢性病的，到卫生院登记",
        "因病致贫返贫监测对象 3 户",
        "城乡居民大病保险，任何重大疾病都可报",
        "六十岁以上老人免费体检，高发癌症筛查",
        "王家庄因病致贫户 2 户",
        "植保员杨树林每周查病虫害，小麦赤霉病防治",
        "宋某当选残疾人协会主席",
        "村残联主席王建国，残疾人之家开放",
    ],
)
def test_help_for_the_ill_names_nobody(text):
    assert [it for it in privacy.find(text) if it.kind == "health"] == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("加微信wangwu88详谈", "加微信wa****详谈"),
        ("微信号：li_si-2026", "微信号：li****"),
        ("QQ12345678", "QQ12****"),
        ("ＱＱ号 ８８８８８８８８", "ＱＱ号 88****"),
        ("vx: zhangsan01", "vx: zh****"),
    ],
)
def test_names_of_accounts_are_masked(text, masked):
    assert [it.kind for it in privacy.find(text)] == ["account"]
    assert privacy.mask(text) == masked
    assert privacy.find(masked) == []


@pytest.mark.parametrize(
    "text",
    [
        "关注微信公众号donghu_village",
        "微信支付 123456 元",
        "村务QQ群12345678",
        "监督微信号 jiandu123，监督电话 0530-3350001",
        "请带身份证3717************37找王五138****8000",
        "邮箱 12345678@qq.com",
    ],
)
def test_accounts_of_office_and_what_is_masked_already_are_let_be(text):
    assert privacy.find(text, frozenset({"landline"})) == []
