"""Personal data on public boards: found in text, tables and contents, and masked.

Prosecutors' complaints about village boards concern full ID numbers, bank accounts, telephone
numbers, home addresses, health and causes of poverty; 个人信息保护法 arts. 28 and 29 protect most
of them as sensitive. Each is found in any spelling in use (full-width digits, spaces, dashes, +86)
and shown as the rules of the field have it:

    id_number   first 4 and last 2           3717************1X
    bank_card   last 4                       ****1234
    mobile      first 3 and last 4           138****5678
    landline    area code and last 2         0530-*****01
    passport    first 2 and last 2           E1*****78
    plate       first 2 and last 2           鲁R***45
    address     without the door number      东湖村三组
    account     first 2                      wa****  (微信, QQ)
    health      left out                     (by a table's heading, plain words in a list, or beside
                                             a person in prose)
    minor       surname                      李某
    name        first and last               王*军  (only where a form's column says `mask: name`)

A masked datum is not found again. Other names of adults stay: lists are published by name. Contacts
of office (监督电话, 值班电话 and the like) are meant to be public and are not found where the words
before them say so; a form whose field is a public contact passes `allow`.
"""

from kiosk.rules.privacy.contents import FoundInContent, find_in_content, masked
from kiosk.rules.privacy.lists import private_columns, surname_shown, with_surnames
from kiosk.rules.privacy.tables import FoundInTable, find_in_table, heading_kind
from kiosk.rules.privacy.text import PUBLIC_CONTACT, Found, find, mask

KINDS = {
    "id_number": "身份证号",
    "bank_card": "银行账号",
    "mobile": "手机号",
    "landline": "固定电话",
    "passport": "护照号",
    "plate": "车牌号",
    "address": "门牌号",
    "account": "微信号或 QQ 号",
    "health": "健康或家庭困难情况",
    "minor": "未成年人姓名",
    "name": "应当遮盖的姓名",
}
"""Every kind and its Chinese name."""

__all__ = [
    "KINDS",
    "PUBLIC_CONTACT",
    "Found",
    "FoundInContent",
    "FoundInTable",
    "find",
    "find_in_content",
    "find_in_table",
    "heading_kind",
    "mask",
    "masked",
    "private_columns",
    "surname_shown",
    "with_surnames",
]
