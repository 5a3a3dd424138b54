"""An older board taken over through the office's pages."""

import html
import io
import zipfile
from datetime import UTC, datetime

import docx
import openpyxl
import pytest
from argon2 import PasswordHasher
from PIL import Image

from kiosk import clock, create_app, people
from kiosk.notices import queries
from kiosk.web.office import archive


@pytest.fixture(autouse=True)
def today():
    with clock.set_to(datetime(2026, 11, 24, 1, 0, tzinfo=UTC)):
        yield


@pytest.fixture
def node(village, monkeypatch):
    monkeypatch.setattr(people.commands, "hasher", lambda: PasswordHasher(1, 8, 1))
    people.add_account(
        village.journal,
        "王会计",
        "officer",
        node_role="village",
        actor="测试",
        password="dong-hu-9",
    )
    return village


@pytest.fixture
def officer(node):
    app = create_app(node)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    client = app.test_client()
    client.post("/office/login", data={"name": "王会计", "password": "dong-hu-9"})
    return client


def page(answer):
    return html.unescape(answer.get_data(as_text=True))


def word(text):
    made = docx.Document()
    made.add_paragraph(text)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def picture():
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    return out.getvalue()


def packed(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in files.items():
            made.writestr(name, data)
    return out.getvalue()


FILES = {
    "村规民约/2019-05-10 村规民约.docx": word("爱护公物"),
    "村务公开/2020-01-02 低保名单.jpg": picture(),
    "其他/国庆放假.docx": word("放假三天"),
}


def upload(officer, data, listed=None):
    files = {"files": (io.BytesIO(data), "旧.zip")}
    if listed is not None:
        files["list"] = (io.BytesIO(listed), "清单.xlsx")
    return officer.post("/office/archive", data=files, content_type="multipart/form-data")


def test_it_is_looked_at_taken_and_reported(node, officer):
    answer = upload(officer, packed(**FILES))
    assert answer.headers["Location"].endswith("/plan")
    shown = page(officer.get("/office/archive/plan"))
    assert "共 3 条" in shown and "栏目“其他”" in shown and "1 张图片" in shown
    answer = officer.post(
        "/office/archive/take",
        data={"column": ["其他"], "item": ["village.plan"], "seen": "1"},
        follow_redirects=True,
    )
    assert "导入 3 条，以前导入过 0 条，没有导入 0 条" in page(answer)
    assert queries.count(node.journal, node.config.code) == 3
    id = queries.newest(node.journal, node.config.code)[0].id
    for path in (f"/notices/{id}", f"/n/{id}", f"/office/notices/{id}"):
        assert "由旧公示栏导入" in page(officer.get(path))
    assert officer.get("/office/archive/report.csv").data.startswith(b"\xef\xbb\xbf")


def test_it_goes_on_in_steps(node, officer, monkeypatch):
    monkeypatch.setattr(archive, "SECONDS_AT_ONCE", -1)
    upload(officer, packed(**FILES))
    answer = officer.post("/office/archive/take", data={"seen": "1"})
    assert "1 / 3" in page(answer) and "data-go-on" in page(answer)
    officer.post("/office/archive/take", data={"seen": "1", "at": "1"})
    answer = officer.post(
        "/office/archive/take", data={"seen": "1", "at": "2"}, follow_redirects=True
    )
    assert "导入 2 条" in page(answer) and "国庆放假" in page(answer)
    upload(officer, packed(**FILES))
    for at in "012":
        answer = officer.post(
            "/office/archive/take", data={"seen": "1", "at": at}, follow_redirects=True
        )
    assert "导入 0 条，以前导入过 2 条" in page(answer)


def test_a_list_says_what_is_what(node, officer):
    book = openpyxl.Workbook()
    book.active.append(("标题", "日期", "栏目", "期间", "文件"))
    book.active.append(("村规民约", "2019-05-10", "村规民约", None, "a"))
    out = io.BytesIO()
    book.save(out)
    upload(officer, packed(**{"a.docx": word("爱护公物"), "b.docx": word("别的")}), out.getvalue())
    officer.post("/office/archive/take")
    (notice,) = queries.newest(node.journal, node.config.code)
    assert (notice.title, notice.historic["published_on"]) == ("村规民约", "2019-05-10")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"not a zip"])
def test_what_is_no_archive_is_refused_and_leaves_nothing(node, officer, data):
    upload(officer, data)
    assert "打不开" in page(officer.get("/office/archive"))
    assert not (node.config.dir / "archive-upload").exists()
    assert officer.get("/office/archive/plan").status_code == 302
