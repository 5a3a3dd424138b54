"""The demo's county (`kiosk demo --county`): the township syncs to it and hands its villages on.

It joins a demo that is there already, built just now or long ago, so a demo without it is not
built any slower. What it holds is exactly what the villages and the township signed.
"""

import shutil
from datetime import date, timedelta
from pathlib import Path

from kiosk import clock, create_app, people, villages
from kiosk import config as settings
from kiosk.demo import build
from kiosk.demo.acts import moment
from kiosk.demo.build import DemoNode, Login
from kiosk.demo.places import PASSWORD, TOWNSHIP_CODE
from kiosk.node import make_node, open_node
from kiosk.sync import client, enrolment
from kiosk.sync.transport import InProcess

COUNTY_CODE = "371721000000"
COUNTY_NAME = "曹县"
SUPERVISOR = "高明远"

COUNTY_CONTACTS = {
    "supervision_phone": "0530-3210012",
    "report_phone": "12388",
    "address": "县行政服务中心",
    "office_hours": "工作日 8:30-12:00，14:00-17:30",
}
JOINED = timedelta(days=30)
"""How long before today the township joined."""


def is_among(nodes: list[DemoNode]) -> bool:
    return any(node.role == "county" for node in nodes)


def join(dir: Path, nodes: list[DemoNode], built: date) -> list[DemoNode]:
    """Makes a county in the demo folder `dir`, joins the township to it and brings everything up;
    the nodes, the county last. `built` is the day of which the demo tells.

    May be run again after it was cut off. Raises OSError; ValueError where the township's folder
    is not as it was made, or belongs to another county.
    """
    folder = dir / COUNTY_CODE
    township = dir / TOWNSHIP_CODE
    if settings.load(township).upstream is None:
        shutil.rmtree(folder, ignore_errors=True)
        _make(folder, township, built)
    _bring_up(folder, township)
    found = [*nodes, _described(folder)]
    build.write_manifest(dir, found, built)
    return found


def _make(folder: Path, township: Path, built: date) -> None:
    with clock.set_to(moment(built - JOINED, 9)):
        make_node(
            folder,
            role="county",
            code=COUNTY_CODE,
            name=COUNTY_NAME,
            began=built - JOINED,
            contacts=COUNTY_CONTACTS,
        )
        county, joining = open_node(folder), open_node(township, describe=False)
        try:
            people.add_account(
                county.journal,
                SUPERVISOR,
                "supervisor",
                node_role="county",
                actor="demo",
                password=PASSWORD,
            )
            code = villages.invite(county.journal, TOWNSHIP_CODE, actor=SUPERVISOR)
            enrolment.enrol(joining, build.CLOSED, code, InProcess(create_app(county)))
        finally:
            joining.close()
            county.close()


def _bring_up(folder: Path, township: Path) -> None:
    county, sending = open_node(folder), open_node(township, describe=False)
    try:
        done = client.round(sending, InProcess(create_app(county)))
        if done.troubles:
            raise ValueError(
                f"{COUNTY_NAME}没有收到{sending.config.name}的记录：{done.troubles[0]}"
            )
    finally:
        sending.close()
        county.close()


def _described(folder: Path) -> DemoNode:
    login = Login(SUPERVISOR, "supervisor", PASSWORD)
    return DemoNode("county", COUNTY_CODE, COUNTY_NAME, folder, (login,), False)
