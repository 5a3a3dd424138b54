"""An older board's archive, taken over as historic notices."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime

import docx
import openpyxl
import pytest
from click.testing import CliRunner
from PIL import Image

from kiosk import clock
from kiosk.archive import commands, days, listing, sources
from kiosk.archive.matching import item_for
from kiosk.attachments import FileRefused
from kiosk.cli import main
from kiosk.notices import queries
from kiosk.rules import catalogue

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
ID_NUMBER = "371702197709059956"


@pytest.fixture(autouse=True)
def today():
    with clock.set_to(NOW):
        yield


def picture(colour="red"):
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return out.getvalue()


def word(*paragraphs):
    made = docx.Document()
    for text in paragraphs:
        made.add_paragraph(text)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def sheet(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


STATEMENT = sheet(
    ["2023年第一季度财务收支情况"],
    ["项目", "金额（元）"],
    ["期初余额", 100],
    ["一、收入", None],
    ["租金", 50],
    ["二、支出", None],
    ["电费", 30],
    ["期末余额", 120],
)


def folder(tmp_path, files):
    root = tmp_path / "旧公示栏"
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


ARCHIVE = {
    "财务公开/2023/2023-04-12 2023年第一季度财务收支情况.xlsx": STATEMENT,
    "村规民约/20190510 东湖村村规民约.docx": word("东湖村村规民约", "一、爱护公物。"),
    "党务公开/2021年/关于发展预备党员的公示1.jpg": picture("blue"),
    "党务公开/2021年/关于发展预备党员的公示2.jpg": picture("green"),
    "村务公开/2020-03-05 道路硬化工程/IMG_0001.jpg": picture("white"),
    "村务公开/2020-03-05 道路硬化工程/IMG_0002.jpg": picture("black"),
    "其他/国庆放假.docx": word("放假三天。"),
    "Thumbs.db": b"x",
}


def taken(node, root, **more):
    source = sources.Folder(root)
    found = listing.from_folders(source)
    return list(commands.take(node, source, found, actor="王会计", **more))


def by_title(outcomes):
    return {it.title: it for it in outcomes}


class TestFolders:
    def test_files_are_candidates_and_pictures_of_one_name_are_one(self, tmp_path):
        found = {
            it.title: it for it in listing.from_folders(sources.Folder(folder(tmp_path, ARCHIVE)))
        }
        assert set(found) == {
            "2023年第一季度财务收支情况",
            "东湖村村规民约",
            "关于发展预备党员的公示",
            "道路硬化工程",
            "国庆放假",
        }
        accounts = found["2023年第一季度财务收支情况"]
        assert (accounts.on, accounts.period, accounts.column) == (
            "2023-04-12",
            "2023Q1",
            "财务公开",
        )
        assert found["东湖村村规民约"].on == "2019-05-10"
        members = found["关于发展预备党员的公示"]
        assert (members.on, len(members.files)) == ("2021", 2)
        road = found["道路硬化工程"]
        assert (road.on, len(road.files), road.column) == ("2020-03-05", 2, "村务公开")

    def test_each_is_taken_by_its_reader_and_what_is_not_is_told(self, village, tmp_path):
        outcomes = by_title(taken(village, folder(tmp_path, ARCHIVE), pictures_seen=True))
        assert {title: it.status for title, it in outcomes.items()} == {
            "2023年第一季度财务收支情况": "taken",
            "东湖村村规民约": "taken",
            "关于发展预备党员的公示": "taken",
            "道路硬化工程": "taken",
            "国庆放假": "not_taken",
        }
        assert "哪一项" in outcomes["国庆放假"].words

        def notice(title):
            return queries.notice(village.journal, outcomes[title].notice)

        accounts = notice("2023年第一季度财务收支情况")
        assert (accounts.form, accounts.period) == ("finance_statement", "2023Q1")
        assert accounts.content["closing"] == 12_000
        assert accounts.historic["published_on"] == "2023-04-12"
        rules = notice("东湖村村规民约")
        assert (rules.item, rules.form) == ("village.charter", "notice")
        assert "爱护公物" in rules.content["text"]
        road = notice("道路硬化工程")
        assert len(road.attachments) == 2
        assert all(village.blobs.has(it["sha"]) for it in road.attachments)
        assert "见图片" in road.content["text"]

    def test_running_it_again_goes_on_and_doubles_nothing(self, village, tmp_path):
        root = folder(tmp_path, ARCHIVE)
        source = sources.Folder(root)
        found = listing.from_folders(source)
        cut_short = commands.take(village, source, found, actor="王会计", pictures_seen=True)
        first = [next(cut_short), next(cut_short)]
        cut_short.close()
        village.journal.rebuild()
        outcomes = taken(village, root, pictures_seen=True, mapping={"其他": "village.plan"})
        assert sum(it.status == "taken" for it in first + outcomes) == 5
        assert {it.status for it in taken(village, root, pictures_seen=True)} == {"already"}
        assert queries.count(village.journal, village.config.code) == 5

    def test_what_was_erased_is_never_put_back(self, village, tmp_path):
        root = folder(tmp_path, {"村规民约/村规民约.docx": word("村规民约", "张某")})
        (outcome,) = taken(village, root)
        seq = queries.notice(village.journal, outcome.notice).first_seq
        village.journal.erase("public", seq, actor="测试", reason="个人信息")
        assert [it.status for it in taken(village, root)] == ["already"]

    def test_pictures_wait_until_somebody_looked_at_them(self, village, tmp_path):
        root = folder(tmp_path, {"村规民约/村规民约.jpg": picture()})
        (outcome,) = taken(village, root)
        assert (outcome.status, list(village.blobs.all())) == ("not_taken", [])
        assert "图片都看过" in outcome.words
        assert [it.status for it in taken(village, root, pictures_seen=True)] == ["taken"]

    def test_personal_data_are_masked_and_sums_must_hold(self, village, tmp_path):
        wrong = sheet(
            ["2023年第二季度财务收支情况"],
            ["项目", "金额"],
            ["期初余额", 100],
            ["一、收入", None],
            ["租金", 50],
            ["二、支出", None],
            ["电费", 30],
            ["期末余额", 999],
        )
        root = folder(
            tmp_path,
            {
                "村规民约/2019-01-02 村规民约.docx": word("村规民约", f"张某 {ID_NUMBER}"),
                "财务公开/2023年第二季度财务收支情况.xlsx": wrong,
                "村规民约/坏.docx": b"PK\x03\x04 broken",
            },
        )
        outcomes = by_title(taken(village, root))
        rules = outcomes["村规民约"]
        assert "遮盖了 1 处" in rules.words
        assert ID_NUMBER not in str(queries.notice(village.journal, rules.notice).body)
        assert "期末余额" in outcomes["2023年第二季度财务收支情况"].words
        assert "打不开" in outcomes["坏"].words

    def test_what_belongs_on_the_new_board_is_not_history(self, village, tmp_path):
        root = folder(
            tmp_path,
            {
                "财务公开/2026-04-12 2026年第一季度财务收支情况.xlsx": STATEMENT,
                "村规民约/2026年/村规民约.docx": word("一"),
                "村规民约/2025年/村规民约（旧）.docx": word("二"),
            },
        )
        outcomes = by_title(taken(village, root))
        assert "新公示栏已经启用" in outcomes["2026年第一季度财务收支情况"].words
        assert outcomes["村规民约"].status == "not_taken"
        assert outcomes["村规民约（旧）"].status == "taken"


class TestList:
    HEAD = ("标题", "日期", "栏目", "期间", "文件")

    def test_its_rows_name_what_is_taken(self, village, tmp_path):
        root = folder(
            tmp_path,
            {"图/a.jpg": picture("red"), "图/b.jpg": picture("blue"), "x.docx": word("正文")},
        )
        data = sheet(
            self.HEAD,
            ("村规民约", date(2019, 5, 10), "村务公开", None, "x"),
            ("低保名单", "2020年3月", "村务公开", "2020年第一季度", "a.jpg；图\\b.jpg"),
            ("缺文件", "2020-01-01", "村务公开", None, "没有.jpg"),
            ("日期不对", "前年", "村规民约", None, "x.docx"),
            (None, None, "村务", None, "x.docx"),
        )
        source = sources.Folder(root)
        found = listing.from_list(data, "清单.xlsx", source)
        assert [(it.place, it.on, it.period, it.files) for it in found[:2]] == [
            ("第2行", "2019-05-10", "", ("x.docx",)),
            ("第3行", "2020-03", "2020Q1", ("图/a.jpg", "图/b.jpg")),
        ]
        outcomes = list(commands.take(village, source, found, actor="王会计", pictures_seen=True))
        assert [it.status for it in outcomes] == ["taken", "taken", *["not_taken"] * 3]
        assert [it.words.split("，")[0] for it in outcomes[2:]] == [
            "文件“没有.jpg”找不到",
            "日期“前年”看不懂",
            "没有标题",
        ]

    def test_what_is_no_list_is_refused(self, tmp_path):
        with pytest.raises(FileRefused, match="不像清单"):
            listing.from_list(STATEMENT, "a.xlsx", sources.Folder(tmp_path))

    def test_a_row_cannot_reach_out_of_the_folder(self, tmp_path):
        (tmp_path / "secret.txt").write_text("x")
        root = folder(tmp_path, {"a.docx": word("x")})
        data = sheet(self.HEAD, ("标题", "2019-01-01", "村规民约", None, "../secret.txt"))
        (found,) = listing.from_list(data, "a.xlsx", sources.Folder(root))
        assert "找不到" in found.refused
        with pytest.raises(FileRefused):
            sources.Folder(root).read("../secret.txt")


def test_a_zip_with_names_in_gbk_is_read(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("X/YYYY.txt", "正文")
    data = path.read_bytes().replace(b"X/YYYY.txt", "村/约.txt".encode("gbk").ljust(10, b" ")[:10])
    path.write_bytes(data)
    source = sources.Zip(path)
    (name,) = source.names()
    assert name.startswith("村/约") and source.read(name).decode() == "正文"


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2019-05-10 修路", "2019-05-10"),
        ("修路20190510", "2019-05-10"),
        ("修路（2019年5月10日）", "2019-05-10"),
        ("2019.5.1公示", "2019-05-01"),
        ("2019年第一季度", ""),
        ("2019-13-40", ""),
    ],
)
def test_a_day_is_found_in_a_name(name, day):
    assert days.day_in(name) == day


@pytest.mark.parametrize(
    ("title", "column", "item"),
    [
        ("2023年第一季度财务公开", "财务公开/2023", "finance.statement"),
        ("低保名单公示", "村务", "village.minimum_living"),
        ("关于张某等同志发展为预备党员的公示", "党务公开", "party.recruit"),
        ("三月份收支明细", "财务", "finance.ledger"),
        ("东湖村村民代表会议决议", "", "village.decision"),
        ("国庆放假通知", "其他", None),
        ("随便什么", "village.plan", "village.plan"),
    ],
)
def test_items_are_known_by_the_words_of_older_boards(title, column, item):
    found = item_for(catalogue.load(), title, column)
    assert (found and found.id) == item


class TestCommand:
    def run(self, *arguments):
        return CliRunner().invoke(main, ["import-archive", *map(str, arguments)])

    def test_it_says_and_writes_down_what_was_not_taken(self, village, tmp_path):
        root = folder(tmp_path, {**ARCHIVE, "其他/=cmd.docx": word("放假。")})
        village.close()
        result = self.run(village.config.dir, root, "--pictures-seen", "--by", "王会计")
        assert result.exit_code == 0, result.output
        assert "导入 4 条，以前导入过 0 条，没有导入 2 条" in result.stdout
        report = tmp_path / "import-report.csv"
        rows = list(csv.reader(io.StringIO(report.read_text("utf-8-sig"))))
        assert rows[0] == ["在哪里", "标题", "结果", "说明", "公开编号"]
        assert {row[1] for row in rows} >= {"'=cmd", "国庆放假"}
        again = self.run(village.config.dir, root, "--pictures-seen", "--map", "其他=village.plan")
        assert "导入 2 条，以前导入过 4 条，没有导入 0 条" in again.stdout

    def test_known_failures_are_one_line(self, township, tmp_path):
        root = folder(tmp_path, ARCHIVE)
        township.close()
        result = self.run(township.config.dir, root)
        assert result.exit_code == 1 and len(result.stderr.strip().splitlines()) == 1
        broken = tmp_path / "a.zip"
        broken.write_bytes(b"PK")
        assert self.run(township.config.dir, broken).exit_code == 1
