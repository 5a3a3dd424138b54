"""node.toml -> Config: every setting of a node, its default and its meaning.

role = "village"              # or "township" or "county"
code = "371721105201"         # 12-digit administrative code (统计用区划代码)
name = "东湖村"
began = "2025-01-01"          # first day for which this board owes anything (Beijing date)
public_url = ""               # address under which phones reach this node, if there is one
host = "sanwu.invalid"        # host in the names of this node's streams; fixed at `init`

printer = ""                  # CUPS' name of a printer beside the screen, if there is one

[contacts]                    # shown on every board
supervision_phone = ""        # 监督电话
report_phone = ""             # 举报电话
office_phone = ""             # 村委会电话
address = ""                  # 办公地点
office_hours = ""             # 办公时间

[limits]                      # of a township or county; may be left out
attachments_mb = 20000        # for one village's attachments, 0: no limit
reserve_mb = 500              # stays free on the disk

[upstream]                    # written by `kiosk enrol`
url = "https://..."           # where to sync
code = "371721105000"
name = "李楼镇"
public_url = "https://..."    # where phones reach the township
host = "sanwu.invalid"
public_key = "hex"
"""

import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import tomlkit

from kiosk.rules import codes

NO_HOST = "sanwu.invalid"
ROLES = ("village", "township", "county")
CONTACTS = {
    "supervision_phone": "监督电话",
    "report_phone": "举报电话",
    "office_phone": "值班电话",
    "address": "办公地点",
    "office_hours": "办公时间",
}


class ConfigWrong(ValueError):
    """A setting is missing or cannot be; the message says which, in plain words."""


@dataclass(frozen=True)
class Upstream:
    """The node above: where to sync with it and whose signatures to trust there."""

    url: str
    code: str
    name: str
    public_url: str
    host: str
    public_key: bytes


@dataclass(frozen=True)
class Limits:
    """What attachments of others may take, in megabytes: see the module."""

    attachments_mb: int = 20_000
    reserve_mb: int = 500


@dataclass(frozen=True)
class Config:
    dir: Path
    role: str
    code: str
    name: str
    began: date
    public_url: str = ""
    host: str = NO_HOST
    contacts: dict[str, str] = field(default_factory=dict)
    upstream: Upstream | None = None
    limits: Limits = Limits()
    printer: str = ""

    @property
    def is_township(self) -> bool:
        """Whether other nodes sync with this one: a township, or a county above townships."""
        return self.role != "village"


def host_of(url: str) -> str:
    """The host that stands in the names of a node's streams: its public one or `sanwu.invalid`."""
    return urlsplit(url).netloc or NO_HOST


def load(dir: Path) -> Config:
    """The settings of a data folder. Raises ConfigWrong."""
    path = dir / "node.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigWrong(
            f"{dir} 不是数据文件夹（没有 node.toml）。请先运行 kiosk init。"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigWrong(f"{path} 写法有误：{error}") from error
    try:
        return Config(
            dir=dir,
            role=_role(raw["role"]),
            code=codes.normalised(str(raw["code"])),
            name=str(raw["name"]),
            began=date.fromisoformat(str(raw["began"])),
            public_url=str(raw.get("public_url", "")).rstrip("/"),
            host=str(raw.get("host", NO_HOST)),
            contacts={key: str(value) for key, value in raw.get("contacts", {}).items()},
            upstream=_upstream(raw["upstream"]) if "upstream" in raw else None,
            printer=_printer(raw.get("printer", "")),
            limits=Limits(**{key: int(value) for key, value in raw.get("limits", {}).items()}),
        )
    except KeyError as error:
        raise ConfigWrong(f"{path} 缺少设置 {error.args[0]}。") from error
    except (TypeError, ValueError) as error:
        raise ConfigWrong(f"{path} 里有写错的设置：{error}") from error


def write_new(config: Config) -> None:
    """Writes node.toml of a new folder. Raises ConfigWrong where there is one already."""
    path = config.dir / "node.toml"
    if path.exists():
        raise ConfigWrong(f"{config.dir} 里已经有一个节点，没有改动它。")
    document = tomlkit.document()
    for key, value in (
        ("role", _role(config.role)),
        ("code", config.code),
        ("name", config.name),
        ("began", config.began.isoformat()),
        ("public_url", config.public_url),
        ("host", config.host),
    ):
        document[key] = value
    document["contacts"] = {key: config.contacts.get(key, "") for key in CONTACTS}
    path.write_text(tomlkit.dumps(document), encoding="utf-8")


def write_upstream(dir: Path, upstream: Upstream) -> None:
    """Adds or replaces the [upstream] part, keeping everything else as people wrote it."""
    path = dir / "node.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    document["upstream"] = {
        "url": upstream.url,
        "code": upstream.code,
        "name": upstream.name,
        "public_url": upstream.public_url,
        "host": upstream.host,
        "public_key": upstream.public_key.hex(),
    }
    new = path.with_suffix(".toml.new")
    new.write_text(tomlkit.dumps(document), encoding="utf-8")
    new.replace(path)


def _role(value: Any) -> str:
    if value not in ROLES:
        raise ConfigWrong(f"role 只能是 village、township 或 county，不是 {value!r}。")
    return str(value)


def _printer(value: Any) -> str:
    """A name as CUPS has them: a name that begins with a dash would be an option of `lp`."""
    name = str(value).strip()
    if name.startswith("-") or any(not each.isprintable() or each in " /#" for each in name):
        raise ValueError(f"printer 不是打印机的名字：{name!r}")
    return name


def _upstream(raw: dict[str, Any]) -> Upstream:
    return Upstream(
        url=str(raw["url"]).rstrip("/"),
        code=codes.normalised(str(raw["code"])),
        name=str(raw["name"]),
        public_url=str(raw.get("public_url", "")).rstrip("/"),
        host=str(raw.get("host", NO_HOST)),
        public_key=bytes.fromhex(raw["public_key"]),
    )
