"""Forms as data: every one of the program, and what the loader and the checks say."""

from datetime import UTC, date, datetime

import pytest

from kiosk import clock, create_app, duties, notices
from kiosk.notices.expiry import running_out
from kiosk.rules import catalogue, forms, privacy
from kiosk.rules.catalogue import CatalogueInvalid
from kiosk.rules.forms import FormInvalid
from kiosk.web import shown
from tests import posting

FORMS = forms.load()
ITEMS = catalogue.load().items
OCTOBER = datetime(2026, 10, 16, 1, 0, tzinfo=UTC)
TODAY = date(2026, 10, 16)
TREES = {
    "id": "trees",
    "title": "古树名木",
    "help": "一棵一行。",
    "fields": [
        {
            "key": "trees", "label": "古树", "type": "table", "required": True, "help": "一行一棵",
            "columns": [
                {"key": "name", "label": "树种", "required": True},
                {"key": "age", "label": "树龄", "type": "number", "unit": "年"},
                {"key": "cost", "label": "养护费", "type": "money"},
            ],
            "example": [{"name": "国槐", "age": 320, "cost": 1200}],
        },
        {"key": "total", "label": "养护费合计", "type": "money", "help": "合计", "example": 1200},
    ],
    "checks": [{"equal": ["total", "sum(trees.cost)"]}],
}  # fmt: skip


def changed(**changes):
    return {**TREES, **changes}


def said(form, content, previous=None, history=None):
    return [it.message for it in forms.mismatches(FORMS[form], content, previous, history)]


def example(id):
    return forms.example(FORMS[id])


# ---- every form of the program ----


def test_every_item_of_the_catalogue_has_its_form():
    assert {item.form for item in ITEMS.values()} <= set(FORMS)
    assert len(FORMS) == 29


@pytest.mark.parametrize("id", FORMS)
def test_a_form_says_what_to_write_and_gives_an_example(id):
    form = FORMS[id]
    assert form.title and form.help
    for field in form.fields:
        assert field.label and field.help, field.key
        assert field.example not in (None, "", []), field.key


@pytest.mark.parametrize("id", FORMS)
def test_a_form_s_own_example_is_whole_right_and_clean(id):
    form, content = FORMS[id], example(id)
    assert forms.missing(form, content) == []
    assert forms.mismatches(form, content) == []
    assert forms.leftovers(form, content) == {}
    assert forms.filled(form, content) == content
    assert privacy.find_in_content(content, id) == []
    assert privacy.masked(content, id) == content


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    """A village whose board has the example of every form; ids by form."""
    from kiosk.node import make_node, open_node

    dir = tmp_path_factory.mktemp("forms") / "village"
    make_node(dir, role="village", code="371721105201", name="东湖村", began=date(2026, 1, 1))
    node = open_node(dir)
    ids = {}
    with clock.set_to(OCTOBER):
        for id in FORMS:
            item = next((it for it in ITEMS.values() if it.form == id), ITEMS["village.safety"])
            ids[id] = posting.publish(
                node.journal, actor="王会计", item=item, title=FORMS[id].title, content=example(id)
            )
    yield create_app(node).test_client(), ids
    node.close()


@pytest.mark.parametrize("path", ["/notices/", "/n/", "/print/"])
@pytest.mark.parametrize("id", FORMS)
def test_a_form_s_example_is_shown_whole(gallery, id, path):
    client, ids = gallery
    with clock.set_to(OCTOBER):
        answer = client.get(path + ids[id])
    if path == "/print/" and answer.status_code == 404:
        path = f"/notices/{ids[id]}"
        answer = client.get(path)
    assert answer.status_code == 200
    page = "".join(answer.get_data(as_text=True).split())
    for text in forms.texts_of(FORMS[id], example(id)):
        for line in text.splitlines():
            assert "".join(line.split()) in page, (id, line)


# ---- how a content is laid out ----


def layout(id, **changes):
    content = {**example(id), **changes}
    item = next(it.id for it in ITEMS.values() if it.form == id)
    return shown.blocks(FORMS[id], content, item=item, today=TODAY)


def test_what_is_empty_is_left_out():
    kinds = [block.kind for block in layout("contract")]
    assert "table" in kinds  # the bids
    assert "table" not in [block.kind for block in layout("contract", bids=[])]


def test_an_alert_is_a_banner_of_what_when_where_and_whom():
    banner = layout("alert")[0]
    assert banner.kind == "banner"
    assert [fact.label for fact in banner.facts] == ["什么事", "什么时候", "哪里", "影响谁"]


def test_a_project_shows_the_stages_still_ahead():
    stages = next(block for block in layout("project") if block.kind == "timeline")
    assert [(row.name, row.ahead) for row in stages.rows] == [
        ("立项", False), ("招标", False), ("合同", False), ("进度", False),
        ("验收", True), ("决算", True),
    ]  # fmt: skip
    assert stages.rows[0].when == "2026年8月20日"


def test_a_contract_near_its_end_says_so():
    cards = next(block for block in layout("contract") if block.kind == "cards")
    assert [row.warning for row in cards.rows] == ["", "还有 76 天到期"]


def test_sums_stand_below_a_table_and_are_not_said_twice():
    blocks = layout("assets")
    table = next(block for block in blocks if block.kind == "table")
    assert table.title == "资产（单位：元）"
    assert "494,000.00" in table.totals
    assert all(fact.label != "现值合计" for block in blocks for fact in block.facts)


def test_a_content_of_an_unknown_form_is_shown_as_it_is():
    content = {"tree": "国槐", "age": 320, "rows": [{"a": "甲", "b": 2}], "text": "正文"}
    blocks = shown.blocks(None, content, today=TODAY)
    assert [block.kind for block in blocks] == ["facts", "table", "prose"]


def test_what_a_form_does_not_know_is_shown_at_the_end():
    blocks = shown.blocks(FORMS["alert"], {**example("alert"), "weather": "大风"}, today=TODAY)
    assert blocks[-1].title == "其他内容"
    assert blocks[-1].facts[0].cell.text == "大风"


# ---- sums ----


def test_a_product_that_does_not_hold_names_row_and_amount():
    content = example("land_compensation")
    content["parcels"][1]["amount"] += 1
    [row, total] = forms.mismatches(FORMS["land_compensation"], content)
    assert (row.path, row.by) == (("parcels", 1, "amount"), 1)
    assert row.message == (
        "征收土地和补偿第 2 行（青苗补偿费）：金额写的是 16,055.01 元，面积或数量 12.35×标准 "
        "1,300.00 元＝16,055.00 元，多了 0.01 元。"
    )
    assert total.path == ("total",)


def test_a_product_is_rounded_to_the_fen():
    content = example("fees")
    content["fees"][0] |= {"amount_used": "3.33", "price": 333, "owed": 1109}
    assert not [it for it in said("fees", content) if "应收写的是" in it]  # 11.0889 yuan


def test_a_rent_not_yet_paid_is_said_and_stops_nobody():
    content = example("contract")
    content["contracts"][1]["received"] = 1_000_000
    [rent] = forms.mismatches(FORMS["contract"], content)
    assert rent.warn and "少了 5,000.00 元" in rent.message
    assert notices.commands.problems("合同", "contract", content) == []
    assert [it.kind for it in notices.commands.warnings(FORMS["contract"], content)] == ["warn"]


def test_an_opening_that_is_not_the_last_closing_needs_a_reason():
    before = {**example("relief"), "closing": 40_000}
    content = {**example("relief"), "note": ""}
    [opening] = forms.mismatches(FORMS["relief"], content, before)
    assert opening.path == ("opening",) and "上期结余款是 400.00 元" in opening.message
    assert "说明" in opening.message
    assert said("relief", {**content, "note": "上年结转"}, before) == []


def test_a_row_is_compared_with_its_own_of_the_period_before():
    before, now = example("debts"), example("debts")
    now["note"] = ""
    [claim, owed] = forms.mismatches(FORMS["debts"], now, before)
    assert (claim.path, claim.by) == (("claims", 0, "opening"), 100_000)
    now["claims"][0]["name"] = "另一家"
    [only] = forms.mismatches(FORMS["debts"], now, before)
    assert only.path == owed.path


def test_the_year_so_far_is_the_sum_of_its_periods():
    now, first = example("special_fund"), example("special_fund")
    now["note"] = ""
    assert said("special_fund", now, None, [first])[-1].startswith(
        "今年累计使用写的是 60,000.00 元"
    )
    now["spent_year"] = 120_000_00
    assert said("special_fund", now, None, [first]) == []
    assert said("special_fund", {**now, "spent_year": 1}, None, None) == []


def test_the_year_so_far_is_checked_when_its_periods_are_there(village):
    def post(period, **changes):
        content = {**example("special_fund"), "note": "", **changes}
        return posting.publish(
            village.journal, actor="王", item=ITEMS["finance.special"], title=period,
            content=content, period=period,
        )  # fmt: skip

    def fund(spent, all):
        row = example("special_fund")["funds"][0]
        left = row["amount"] - all
        return [{**row, "spent": spent, "spent_all": all, "left": left}]

    with clock.set_to(OCTOBER):
        post("2026Q2", funds=fund(100, 200), spent_year=999)  # the first quarter is not there
        post("2025Q1", funds=fund(100, 100), spent_year=100)
        post("2025Q2", funds=fund(100, 200), spent_year=200)
        with pytest.raises(notices.NotPublishable, match="今年各期"):
            post("2025Q3", funds=fund(100, 300), spent_year=200)
        with pytest.raises(notices.NotPublishable, match="累计使用"):
            post("2025Q3", funds=fund(100, 400), spent_year=300)
        post("2025Q3", funds=fund(100, 300), spent_year=300)


@pytest.mark.parametrize(("present", "fors"), [(40, 31), (32, 33)])
def test_more_cannot_vote_than_were_there(present, fors):
    content = example("decision")
    content["steps"][1] |= {"present": present, "for": fors}
    [fault] = forms.mismatches(FORMS["decision"], content)
    assert fault.path[:2] == ("steps", 1) and "不能多于" in fault.message


def test_what_need_not_be_given_counts_as_nothing():
    content = {**example("pay"), "note": ""}
    for row in content["people"]:
        row["cut"] = None
    assert said("pay", content) == []
    content["people"][0]["paid"] -= 100
    assert len(said("pay", content)) == 2


def test_what_is_required_and_missing_is_named():
    content = {**example("contract"), "contracts": []}
    [gap] = forms.missing(FORMS["contract"], content)
    assert gap.message == "请填写合同，至少一行。"
    content = example("contract")
    content["contracts"][1]["party"] = " "
    [gap] = forms.missing(FORMS["contract"], content)
    assert gap.path == ("contracts", 1, "party")
    assert gap.message == "请填写合同第 2 行（村西门面房）“承包方”。"


def test_a_field_for_one_item_is_not_asked_for_another():
    keys = [field.key for field in FORMS["contract"].fields_for("finance.contracts")]
    assert keys == ["contracts", "note"]
    assert "bids" in [it.key for it in FORMS["contract"].fields_for("finance.contract_notice")]


# ---- what runs out ----


def test_contracts_are_told_from_ninety_days_before_their_end():
    given = [(FORMS["contract"], example("contract"))]
    assert forms.expiring(given, date(2026, 10, 1)) == []
    [shops] = forms.expiring(given, date(2026, 10, 2))
    assert shops.words == "村西门面房（李*勇等 3 户）还有 90 天到期"
    [over] = forms.expiring(given, date(2027, 1, 3))
    assert over.words == "村西门面房（李*勇等 3 户）已到期 3 天"
    assert len(forms.expiring(given, date(2026, 10, 2), 10_000)) == 2


def test_only_the_newest_register_counts(village):
    with clock.set_to(OCTOBER):
        for period, until in (("2025H2", "2026-10-31"), ("2026H1", "2027-10-31")):
            content = example("contract") | {"bids": [], "floor": None, "open_on": "", "watch": ""}
            content["contracts"][1]["until"] = until
            posting.publish(
                village.journal, actor="王", item=ITEMS["finance.contracts"], title="合同",
                content=content, period=period,
            )  # fmt: skip
        assert running_out(village.journal, village.config.code, TODAY) == []
        [only] = running_out(village.journal, village.config.code, date(2027, 9, 1))
    assert only.what.name == "村西门面房"


# ---- personal data ----


def test_a_name_to_be_masked_is_found_until_it_is():
    content = example("homestead")
    content["households"][0]["name"] = "王建军"
    [found] = privacy.find_in_content(content, "homestead")
    assert (found.kind, found.shown_as) == ("name", "王*军")
    assert found.place == "申请户第 1 行“申请户”"
    assert privacy.masked(content, "homestead")["households"][0]["name"] == "王*军"


@pytest.mark.parametrize(
    "name", ["低保户", "本村老人", "芦笋合作社", "王*", "张某", "困难学生家庭"]
)
def test_groups_and_masked_names_are_no_names(name):
    content = example("relief")
    content["given"][0]["who"] = name
    assert privacy.find_in_content(content, "relief") == []


def test_a_public_contact_may_stand_and_a_private_number_beside_it_may_not():
    content = example("directory")
    content["people"][0] |= {"phone": "13812345678", "duty": "有事打 13912345678"}
    [found] = privacy.find_in_content(content, "directory")
    assert found.path == ("people", 0, "duty")


def test_a_township_s_form_is_searched_by_its_headings():
    raw = changed(fields=[{
        "key": "rows", "label": "户", "type": "table", "help": "h", "example": [{"name": "王*"}],
        "columns": [{"key": "name", "label": "户主"}, {"key": "ill", "label": "致贫原因"},
                    {"key": "card", "label": "银行账号"}],
    }], checks=[])  # fmt: skip
    form = forms.form_of_data(raw, "trees")
    content = {"rows": [{"name": "王*", "ill": "长期慢病", "card": "622202123456"}]}
    assert [it.kind for it in privacy.find_in_content(content, form)] == ["health", "bank_card"]
    shown_as = privacy.masked(content, form)["rows"][0]
    assert (shown_as["ill"], shown_as["card"]) == ("", "****3456")


# ---- the loader ----


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (changed(id="Trees"), "id 应是小写字母"),
        (changed(colour="red"), "有不认识的 colour"),
        (changed(fields=[]), "fields 应是 1 到 40 项"),
        (changed(help=""), "help 应是文字"),
        (changed(fields=[{**TREES["fields"][1], "type": "sum"}]), "的 total：type 应是"),
        (changed(fields=[{**TREES["fields"][1], "help": " "}]), "的 total：help 应是文字"),
        (changed(fields=[{**TREES["fields"][1], "example": "很多"}]), "的 total：example 应是金额"),
        (changed(fields=[{**TREES["fields"][1], "decimals": 2}]), "有不认识的 decimals"),
        (changed(fields=[TREES["fields"][1]] * 2), "total 写了两次"),
        (changed(fields=[{**TREES["fields"][0], "columns": []}]), "columns 应是 1 到 40 列"),
        (changed(fields=[{**TREES["fields"][0], "example": [{"name": "槐", "x": 1}]}]),
         "的 trees：有不认识的 x"),
        (changed(fields=[{**TREES["fields"][0], "example": [{"name": "槐", "age": "老"}]}]),
         "example 第 1 行的 age 应是数"),
        (changed(checks=[{"equal": ["total"]}]), "应写 equal: [左, 右]"),
        (changed(checks=[{"equal": ["total", "sum(trees.weight)"]}]), "没有可以相加的 weight"),
        (changed(checks=[{"equal": ["total", "count(trees)"]}]), "不能比：一个是钱，一个不是"),
        (changed(checks=[{"equal": ["total", "sum(trees.cost) + count(trees)"]}]),
         "钱和数不能加减"),
        (changed(checks=[{"equal": ["total", "__import__('os').system('x')"]}]), "算式"),
        (changed(checks=[{"equal": ["total", "total ** 9"]}]), "算式里只能有"),
        (changed(checks=[{"equal": ["total", "total" + "+total" * 20]}]), "算式太复杂"),
        (changed(checks=[{"each": "trees", "equal": ["cost", "previous.cost"]}]),
         "要用 by 写明按哪一列对应"),
        (changed(checks=[{"equal": ["total", "total"], "unless": "why"}]), "没有 why 这一项"),
        ("x", "内容应是 id"),
    ],
)  # fmt: skip
def test_a_wrong_form_is_refused_by_field_and_reason(raw, says):
    with pytest.raises(FormInvalid) as caught:
        made = forms.form_of_data(raw, "trees.yaml")
        assert made is None, made.checks
    assert says in str(caught.value) and "trees.yaml" in str(caught.value)


def test_yaml_means_what_it_says():
    text = """
id: t
title: 表
help: h
fields:
  - {key: on, label: 日期, type: date, help: h, example: 2026-10-8}
  - {key: off, label: 时间, type: text, help: h, example: 12:30}
  - {key: fee, label: 费用, type: money, help: h, example: 10.10}
"""
    content = forms.example(forms.parse(text, "t.yaml"))
    assert content == {"on": "2026-10-08", "off": "12:30", "fee": 1010}


def test_a_file_is_named_for_its_form():
    assert all(form.id == id for id, form in FORMS.items())


# ---- a township's own ----


def test_a_township_adds_an_item_with_its_form_and_the_village_publishes_it(enrolled, township):
    item = {
        "id": "village.trees", "from": date(2026, 1, 1), "affairs": "village", "title": "古树名木",
        "contents": "树种、树龄", "form": "trees", "cadence": "yearly",
        "due": {"month": 1, "day": 31},
        "review": ["committee"], "openness": "管理", "basis": "practice",
    }  # fmt: skip
    with clock.set_to(OCTOBER):
        duties.change_catalogue(township.journal, "李", [item], [TREES])
        stream = township.journal.own("public")
        enrolled.journal.take(
            stream, township.journal.read(stream), township.journal.checkpoint(stream)
        )
        rules = duties.catalogue(enrolled.journal).items["village.trees"]
        known = duties.forms(enrolled.journal)
        assert notices.form_of(rules, known) == "trees"
        content = forms.example(known["trees"])
        id = posting.publish(
            enrolled.journal, actor="王", item=rules, title="古树", content=content, period="2026"
        )
        with pytest.raises(notices.NotPublishable, match=r"多了 1\.00 元"):
            posting.publish(
                enrolled.journal, actor="王", item=rules, title="古树", period="2026",
                content={**content, "total": 1_201_00},
            )  # fmt: skip
        page = create_app(enrolled).test_client().get(f"/notices/{id}").get_data(as_text=True)
    assert "国槐" in page and "320" in page and "树种" in page
    live = enrolled.journal.projector.fingerprints(enrolled.journal.db)
    enrolled.journal.rebuild()
    assert enrolled.journal.projector.fingerprints(enrolled.journal.db) == live


def test_a_form_on_which_sums_rely_cannot_be_changed(township):
    raw = changed(id="ledger")
    with pytest.raises(FormInvalid, match="不能改"):
        duties.change_catalogue(township.journal, "李", forms=[raw])


def test_an_item_may_not_name_a_form_that_there_is_not(township):
    change = {"id": "village.safety", "from": "2027-01-01", "form": "trees"}
    with pytest.raises(duties.DutyRefused, match="没有 trees 这个表"):
        duties.change_catalogue(township.journal, "李", [change])
    with pytest.raises(CatalogueInvalid):
        duties.change_catalogue(township.journal, "李", [{"id": "x"}], [TREES])


def test_a_form_that_this_program_cannot_read_is_left_out(township):
    raw = changed(
        fields=[{"key": "x", "label": "x", "type": "hologram", "help": "h", "example": 1}]
    )
    township.journal.append("public", "catalogue.changed", "01X", {"forms": [raw, TREES]})
    assert "trees" in duties.forms(township.journal)
    assert "trees" not in duties.forms(township.journal, "371722105201")


# ---- the two disclosures ----


def test_a_decision_opens_the_duty_of_its_result(village):
    with clock.set_to(OCTOBER):
        posting.publish(
            village.journal, actor="王", item=ITEMS["village.decision"], title="硬化东街的决议",
            content={**example("decision"), "finish": "2026-12-01"},
        )  # fmt: skip
        [event] = duties.events(village.journal, village.config.code)
        rows = duties.duties(village.journal, village.config.code, TODAY)
    assert (event.item, event.title, event.on.isoformat()) == (
        "village.decision_result", "硬化东街的决议", "2026-12-01",
    )  # fmt: skip
    [row] = [row for row in rows if row.duty.event == event.id]
    assert row.duty.due == date(2026, 12, 15)


def test_a_correction_of_a_decision_opens_nothing_more(village):
    with clock.set_to(OCTOBER):
        id = posting.publish(
            village.journal, actor="王", item=ITEMS["village.decision"], title="决议",
            content=example("decision"),
        )  # fmt: skip
        posting.correct(
            village.journal,
            id,
            actor="王",
            reason="笔误",
            title="决议二",
            content=example("decision"),
        )
        assert len(duties.events(village.journal, village.config.code)) == 1
