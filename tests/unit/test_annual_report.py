"""The annual report: made of journal entries cell by cell, written, read back, and checked."""

import copy
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk import clock
from kiosk.cli import main
from kiosk.duties import queries as duties
from kiosk.reports import entered, reading, writing
from kiosk.reports.annual import annual_report
from kiosk.requests import commands as requests
from kiosk.rules import annual, annual_faults
from tests import posting
from tests.conftest import VILLAGE, copied

PUBLISHED = Path(__file__).parents[1] / "data" / "reports" / "lilou_2020.json"
LILOU = json.loads(PUBLISHED.read_text("utf-8"))
ACTOR = "郑国华"
GOOD = {
    "township": "李楼镇", "year": 2022, "form": "2021", "text": {"requests_received": 3},
    "article_20": {
        "1": {"规章": [0, 0, 0], "行政规范性文件": [2, 1, 9]}, "5": {"行政许可": [14]},
        "6": {"行政处罚": [3], "行政强制": [0]}, "8": {"行政事业性收费": [12.35]},
    },
    "requests": {row.id: [0] * 7 for row in annual.form("2021").rows} | {
        "本年新收": [2, 1, 0, 0, 0, 0, 3], "上年结转": [1, 0, 0, 0, 0, 0, 1],
        "予以公开": [1, 1, 0, 0, 0, 0, 2], "逾期不补正不再处理": [1, 0, 0, 0, 0, 0, 1],
        "总计": [2, 1, 0, 0, 0, 0, 3], "结转下年度继续办理": [1, 0, 0, 0, 0, 0, 1],
    },
    "reconsideration": [1, 0, 0, 0, 1], "lawsuits_direct": [0] * 5,
    "lawsuits_after_reconsideration": [0] * 5,
}  # fmt: skip


def at(day):
    return clock.set_to(datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC))


def faults(data):
    tables, shape = annual_faults.read(data)
    return [*shape, *annual_faults.faults(tables)]


def receive(node, day, applicant="自然人", **changes):
    with at(day):
        return requests.receive(
            node.journal, applicant=applicant, name="某人", phone="0530-3290001", about="某事",
            **{"channel": "in_person", "actor": ACTOR, **changes},
        )[0]  # fmt: skip


def answer(node, id, day, outcome="granted", reason="提供所申请的信息"):
    with at(day):
        requests.decide(node.journal, id, outcome=outcome, reason=reason, actor=ACTOR)
        requests.deliver(node.journal, id, way="当面领取", actor=ACTOR)


# ---- checking what comes from elsewhere ----


def test_the_published_report_contradicts_itself_and_nothing_else_is_wrong_with_it():
    [fault] = faults(LILOU)
    assert fault.cell == "text.requests_received_and_answered"
    assert {"requests.本年新收.总计", "requests.总计.总计"} <= set(fault.cells)
    assert "正文说" in fault.message and "1 件" in fault.message and "是 0" in fault.message


def test_good_tables_have_no_faults():
    assert faults(GOOD) == []


ROWS = [(row, column) for row in annual.form("2021").rows for column in range(7)]


@pytest.mark.parametrize("by", [1, -1, 7])
def test_any_single_wrong_cell_of_the_requests_table_is_named(by):
    for row, n in ROWS:
        data = copy.deepcopy(GOOD)
        was = data["requests"][row.id][n]
        data["requests"][row.id][n] = was + by
        data["text"] = {}
        [fault] = faults(data)
        assert fault.cell == f"requests.{row.id}.{annual.columns()[n]}", (row, n)
        assert was + by < 0 or fault.expected == was


def test_several_wrong_cells_are_named_where_row_and_column_tell():
    data = copy.deepcopy(GOOD)
    data["text"] = {}
    data["requests"]["本年新收"] = [3, 1, 2, 0, 0, 0, 3]
    data["requests"]["重复申请"] = [0, 0, 0, 4, 0, 0, 0]
    found = {fault.cell: fault.expected for fault in faults(data)}
    assert found == {
        "requests.本年新收.自然人": 2, "requests.本年新收.科研机构": 0,
        "requests.重复申请.社会公益组织": 0,
    }  # fmt: skip


def test_where_they_do_not_tell_each_broken_rule_is_named_with_its_cells():
    """One too many in either of two cells of two rows and columns: it may be the other two."""
    data = copy.deepcopy(GOOD)
    data["text"] = {}
    data["requests"] |= {
        "本年新收": [3, 2, 0, 0, 0, 0, 5], "部分公开": [1, 1, 0, 0, 0, 0, 2],
        "总计": [3, 2, 0, 0, 0, 0, 5],
    }  # fmt: skip
    assert faults(data) == []
    data["requests"]["部分公开"][0] += 1
    data["requests"]["予以公开"][1] += 1
    found = faults(data)
    assert len(found) == 4 and len({fault.message for fault in found}) == 4
    wrong = {"requests.部分公开.自然人", "requests.予以公开.商业企业"}
    assert all(wrong & set(fault.cells) for fault in found)


def test_rows_are_known_by_whatever_number_and_marks_they_bear():
    data = copy.deepcopy(GOOD)
    labels = {row.id: row.label for row in annual.form("2021").rows}
    data["requests"] = {labels[row]: cells for row, cells in data["requests"].items()}
    assert faults(data) == []


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (("requests", "本年新收"), [3, 1, 0, 0, 0, 0, 4], "“自然人”列：一＋二应等于三（七）＋四"),
        (("requests", "重复申请"), None, "缺少“重复申请”行"),
        (("requests", "重复申请"), [0, 0, 0, 0, 0, 0], "应有 7 格"),
        (("requests", "其他处理"), [0] * 7, "“其他处理”行不属于 2021 年的格式"),
        (("requests", "总计"), ["二", 1, 0, 0, 0, 0, 3], "不是数"),
        (("reconsideration",), [1, 1, 0, 0, 1], "行政复议：总计应等于前四项之和"),
        (("lawsuits_direct",), None, "未经复议直接起诉"),
        (("article_20", "1", "行政规范性文件"), [5, 1, 3], "现行有效 3 件"),
        (("article_20", "5", "行政许可"), [1.5], "应为整数"),
        (("article_20", "6", "行政强制"), [-1], "是负数"),
        (("form",), "2019", "2022 年的报告应该用 2021 年的格式"),
        (("text",), {"requests_received": 4}, "正文说收到申请 4 件"),
        (("text",), "全年受理政府信息公开申请2件。未发生行政复议。", "正文说收到申请 2 件"),
        (("text",), "全年受理政府信息公开申请3件。未发生行政复议。", "正文说行政复议 0 件"),
    ],
)
def test_what_is_wrong_is_said(place, value, words):
    data = copy.deepcopy(GOOD)
    into = data
    for part in place[:-1]:
        into = into[part]
    into[place[-1]] = value
    assert any(words in fault.message for fault in faults(data)), [f.message for f in faults(data)]


@pytest.mark.parametrize(
    ("words", "claim"),
    [
        ("2020年共收到并答复政府信息公开申请1件", {"requests_received_and_answered": 1}),
        ("本年度收到依申请公开一件", {"requests_received": 1}),
        ("全年未收到政府信息公开申请", {"requests_received": 0}),
        (
            "受理 12 件政府信息公开申请，答复 11 件",
            {"requests_received": 12, "requests_answered": 11},
        ),
        ("没有因政府信息公开引起的行政复议、行政诉讼", {"reconsiderations": 0, "lawsuits": 0}),
        ("通过热线答复群众意见 9 条，举办培训 3 次", {}),
    ],
)
def test_claims_are_read_from_sentences(words, claim):
    assert dict(annual_faults.claims([words])) == claim


@pytest.mark.parametrize("data", [None, [], {}, {"year": "2020"}, {"year": 2012, "requests": {}}])
def test_what_is_no_report_is_refused(data):
    with pytest.raises(annual_faults.ReportUnreadable):
        annual_faults.read(data)


# ---- made of entries ----


def test_the_report_for_2020_comes_out_cell_by_cell(township):
    for figure in entered.cells(2020):
        with at("2021-01-08"):
            entered.enter(township.journal, 2020, figure, 0, source="各办公室上报", actor=ACTOR)
    with at("2021-01-08"):
        entered.enter(
            township.journal,
            2020,
            "items_entered_on_district_site",
            241,
            source="后台",
            actor=ACTOR,
        )
        found = annual_report(township.journal, township.config, 2020)
    made = annual.as_json(found.tables)
    for part in ("year", "form", "township", "article_20", "requests", *annual.CONTESTS):
        assert made[part] == LILOU[part], part
    assert made["text"]["items_entered_on_district_site"] == 241
    assert found.faults == () and found.missing == ()
    assert "在区县政府网站录入政府信息 241 条" in found.parts["1"].text


def test_a_request_that_the_text_tells_of_is_in_the_table(township):
    """What the published report says in words, from the register."""
    id = receive(township, "2020-06-01")
    answer(township, id, "2020-06-10")
    with at("2021-01-08"):
        found = annual_report(township.journal, township.config, 2020)
        assert (
            found.tables.requests["本年新收"] == found.tables.requests["总计"] == (1, *[0] * 5, 1)
        )
        assert found.tables.text["requests_received"] == 1 and found.faults == ()
        said = "全年收到并答复政府信息公开申请 2 件。"
        entered.write(township.journal, 2020, "1", said, actor=ACTOR)
        [fault] = annual_report(township.journal, township.config, 2020).faults
        assert "正文说收到并办结申请 2 件" in fault.message
        entered.write(township.journal, 2020, "1", "", actor=ACTOR)
        assert annual_report(township.journal, township.config, 2020).faults == ()


@pytest.fixture
def year_2026(enrolled, township):
    """Six requests, one of the year before, two open still; a case; a village's notice."""
    old = receive(township, "2025-12-20", "商业企业")
    answer(township, old, "2026-01-15", "third_party", "商业秘密")
    answer(township, receive(township, "2026-03-02"), "2026-03-20")
    late = receive(township, "2026-04-01", "其他")
    answer(township, late, "2026-06-30", "not_held", "经检索，没有所申请的信息")
    ended = receive(township, "2026-05-06")
    with at("2026-05-07"):
        requests.demand_correction(
            township.journal, ended, what="不明", until=date(2026, 5, 20), actor=ACTOR
        )
    with at("2026-05-21"):
        requests.decide(township.journal, ended, outcome="not_corrected", actor=ACTOR)
    receive(township, "2026-12-25", "科研机构")
    receive(township, "2026-12-30", channel="network")  # confirmed in the new year: not received
    with at("2026-07-10"):
        case = requests.contest(
            township.journal, late, kind="reconsideration", body="区人民政府", actor=ACTOR
        )
    with at("2026-02-01"):
        item = duties.catalogue(enrolled.journal).items["village.environment"]
        posting.publish(
            enrolled.journal, actor="王会计", item=item, title="路灯维修", period="2026Q1",
            content={"text": "已修好"},
        )  # fmt: skip
    copied(enrolled, township)
    with at("2027-01-05"):
        requests.settle(township.journal, late, contest=case, result="upheld", actor=ACTOR)
    return township


def test_a_year_of_requests_is_counted_and_carried_over(year_2026):
    with at("2027-01-10"):
        found = annual_report(year_2026.journal, year_2026.config, 2026)
        before = annual_report(year_2026.journal, year_2026.config, 2025)
        after = annual_report(year_2026.journal, year_2026.config, 2027)
    rows = found.tables.requests
    assert rows["本年新收"] == (2, 0, 1, 0, 0, 1, 4)
    assert rows["上年结转"] == before.tables.requests["结转下年度继续办理"] == (0, 1, 0, 0, 0, 0, 1)
    assert rows["予以公开"] == (1, 0, 0, 0, 0, 0, 1)
    assert rows["保护第三方合法权益"] == (0, 1, 0, 0, 0, 0, 1)
    assert rows["本机关不掌握相关信息"] == (0, 0, 0, 0, 0, 1, 1)
    assert rows["逾期不补正不再处理"] == (1, 0, 0, 0, 0, 0, 1)
    assert rows["总计"] == (2, 1, 0, 0, 0, 1, 4)
    assert rows["结转下年度继续办理"] == after.tables.requests["上年结转"] == (0, 0, 1, 0, 0, 0, 1)
    assert found.tables.contests["reconsideration"] == (0, 0, 0, 1, 1)
    assert after.tables.contests["reconsideration"] == (1, 0, 0, 0, 1)
    assert not (found.faults or before.faults or after.faults)
    text = found.parts["1"].text
    assert "本年新收政府信息公开申请 4 件，上年结转 1 件，办结申请 4 件" in text
    assert "按期答复 2 件，逾期答复 1 件" in text
    assert "公开村级三务信息 1 条" in text and "东湖村 1 条" in text
    assert "1 件政府信息公开申请逾期答复" in found.parts["5"].text


@pytest.mark.parametrize("year", [2020, 2026])
@pytest.mark.parametrize("ending", [".docx", ".xlsx", ".json"])
def test_what_is_written_reads_back_the_same(year_2026, year, ending):
    with at("2027-01-10"):
        row = "规范性文件" if year == 2020 else "行政规范性文件"
        column = "本年新公开数量" if year == 2020 else "本年废止件数"
        figure = f"article_20/1/{row}/{column}"
        entered.enter(year_2026.journal, year, figure, 0, source="", actor=ACTOR)
        figure = next(each for each in entered.cells(year) if each.endswith("（万元）"))
        value = entered.parsed(year, figure, "12.35")
        entered.enter(year_2026.journal, year, figure, value, source="账", actor=ACTOR)
        found = annual_report(year_2026.journal, year_2026.config, year)
    data = reading.data_of(writing.written(found, ending), f"report{ending}")
    tables, shape = annual_faults.read(data)
    assert shape == [] and annual_faults.faults(tables) == []
    assert tables.requests == found.tables.requests and tables.contests == found.tables.contests
    assert tables.article_20 == found.tables.article_20 and tables.year == year
    assert tables.text["reconsiderations"] == found.tables.text["reconsiderations"]
    data["requests"]["本年新收"][0] = 9
    assert any(fault.cell == "requests.本年新收.自然人" for fault in faults(data))


def test_inspections_are_counted_with_what_they_found(year_2026):
    from kiosk.inspections import commands as inspections
    from kiosk.rules import inspections as checks

    first, second = (each.id for each in checks.checklist()[:2])
    with at("2026-08-03"):
        id = inspections.choose(year_2026.journal, "夏季检查", [VILLAGE], [], actor=ACTOR)
        inspections.record(
            year_2026.journal, id, VILLAGE, on="2026-08-03", inspectors="何静",
            answers=[{"id": first, "answer": checks.NO, "note": "字太小"},
                     {"id": second, "answer": checks.YES}],
            actor=ACTOR,
        )  # fmt: skip
    with at("2027-01-10"):
        found = annual_report(year_2026.journal, year_2026.config, 2026)
        assert "开展三务公开检查 1 次。检查 1 村次，发现问题 1 个。" in found.parts["1"].text
        assert "字太小" in found.figures["inspections.findings"].sources[0].words
        before = annual_report(year_2026.journal, year_2026.config, 2025)
        assert "检查" not in before.parts["1"].text


def test_every_number_of_the_page_leads_to_what_is_behind_it(year_2026):
    import re

    with at("2027-01-10"):
        found = annual_report(year_2026.journal, year_2026.config, 2026)
    page = writing.as_html(found).decode()
    anchors = set(re.findall(r'<details id="([^"]+)"', page))
    links = re.findall(r'href="#([^"]+)"', page)
    assert links and set(links) <= anchors
    for part in ("1", "5", "6"):
        assert all(
            piece.figure in found.figures
            for paragraph in found.parts[part].paragraphs
            for piece in paragraph.pieces
            if any(each.isdigit() for each in piece.text)
        )
    [notice] = found.figures["notices.371721105201.village"].sources
    entry = year_2026.journal.entry(*split(notice.where))
    assert (entry.kind, entry.body["title"]) == ("notice.published", "路灯维修")
    assert notice.words in page and "<script" not in page


def split(where):
    stream, seq = where.split("#")
    return stream, int(seq)


def test_a_figure_is_entered_once_and_checked(township):
    with at("2027-01-10"):
        with pytest.raises(entered.EntryRefused, match="不能是负数"):
            entered.parsed(2026, "training_sessions", "-1")
        with pytest.raises(entered.EntryRefused, match="不是数"):
            entered.parsed(2026, "training_sessions", "三次")
        assert entered.parsed(2020, "article_20/5/行政许可/本年增/减", "-2") == -2
        size = township.journal.size(township.journal.own("self"))
        for _ in range(2):
            entered.enter(
                township.journal, 2026, "training_sessions", 3, source="签到表", actor=ACTOR
            )
        assert township.journal.size(township.journal.own("self")) == size + 1
        found = annual_report(township.journal, township.config, 2026)
        assert "举办政务公开、三务公开培训 3 次" in found.parts["1"].text
        with pytest.raises(annual.YearUnknown, match="还没有到"):
            annual_report(township.journal, township.config, 2028)


# ---- the command ----


def test_the_command_checks_and_writes(township, tmp_path):
    runner = CliRunner()
    done = runner.invoke(main, ["report", "check", str(PUBLISHED)])
    assert done.exit_code == 1 and "正文说" in done.output
    done = runner.invoke(main, ["report", "check", str(PUBLISHED), "--json"])
    said = json.loads(done.output)
    assert [fault["cell"] for fault in said["faults"]] == ["text.requests_received_and_answered"]
    good = tmp_path / "good.json"
    good.write_text(json.dumps(GOOD), "utf-8")
    assert runner.invoke(main, ["report", "check", str(good)]).exit_code == 0
    bad = tmp_path / "bad.json"
    bad.write_text("{", "utf-8")
    done = runner.invoke(main, ["report", "check", str(bad)])
    assert done.exit_code == 1 and "不是正确的 JSON" in done.output
    out = tmp_path / "report.docx"
    folder = str(township.config.dir)
    done = runner.invoke(main, ["report", "annual", folder, "--year", "2020", "--out", str(out)])
    assert done.exit_code == 0 and out.read_bytes()[:2] == b"PK"
    done = runner.invoke(main, ["report", "check", str(out)])
    assert done.exit_code == 0, done.output
    for year, name in (("2012", "a.docx"), ("2020", "a.pdf")):
        given = ["report", "annual", folder, "--year", year, "--out", str(tmp_path / name)]
        assert runner.invoke(main, given).exit_code == 1
