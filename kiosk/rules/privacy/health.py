"""A person's illness or disability in running text: "王大妈是艾滋病患者", "癌症患者李某".

What is looked for is a person, an illness, and nothing between them but what ties the two. Words
about help for the ill (残疾人补贴发放标准, 慢性病签约服务) name nobody, and are let be.
"""

import re
from collections.abc import Iterator

TRIGGER = r"[病癌瘤症残瘫炎梗]|高血[压脂]|中风|[出溢]血|透析|HIV"
"""What every illness has in its name, to pass over other texts quickly."""

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱林何郭马罗梁宋郑谢韩唐冯董萧曹袁邓许傅沈彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田姜范姚谭廖邹熊陆郝崔邱秦顾侯邵孟龚庞樊"
)
_RARER_SURNAMES = "高白万金方石文武常易于任程江史龙段雷毛孔康钱汤尹黎乔贺赖曾靳牛岳柴裴"
_NO_NAMES = (
    r"(?!周[边末围期知年岁转密一]|何[时种处地人]|马[上路]|许[可多]|张[贴榜]|陈[旧述列]|林[地木业权区场农]|黄[土河金]"
    r"|余[额下款]|夏[季天粮收秋]|田[地间]|孙[子女]|谢[绝谢]|罗列|顾[客及问]|杨树|陆[续地]|范[围例]|杜绝|董事|叶片)"
)
_CALLED = r"(?:大[妈娘爷伯叔姐哥婶嫂]|奶奶|爷爷|老[汉人太]|阿姨|婆婆|师傅|老师|某某?|[*×]{1,3})"
_NOT_GIVEN = (
    "的了等及和因患是为系得有家户村组县镇市区在将对应可不未需要按与或被把从向庄屯寨乡庙集身"
)
_GIVEN = rf"[^\W\da-zA-Z_{_NOT_GIVEN}]"
_KNOWN = rf"(?:[{_SURNAMES}{_RARER_SURNAMES}]{_CALLED}|[老小][{_SURNAMES}](?=[患得是因有,，]))"
_NAME = rf"{_NO_NAMES}[{_SURNAMES}]{_GIVEN}{{1,2}}"
_TITLED = rf"(?:村民|户主|居民|党员|群众|学生|儿童|老人|同志){_NAME}"
_OF_FAMILY = (
    r"(?:的?(?:妻子|丈夫|老伴|爱人|儿子|女儿|儿媳|父亲|母亲|孙子|孙女|孩子|家人|家属)"
    r"|一?家[里中]?|同志|本人|老人)?"
)
_AGED = r"(?:[,，、(:]? ?(?:[男女]|(?:现年|今年)?\d{1,3}岁))*"
_TIE = (
    r"(?:是|为|系|属于?|因|由于|身?患有?|患上|罹患|得了?|有|确诊为?|(?:被|检)?查出|(?:被)?诊断为|突发|突患"
    r"|长期|多年|常年|不幸|近年|去年|今年)"
)

_ILLNESS = (
    r"(?:艾滋病?|HIV|[肝胃肺肠脑骨血]癌|(?:乳腺|食道|食管|结肠|直肠|宫颈|甲状腺|胰腺|淋巴)癌|癌症?|(?:恶性|脑)?肿瘤"
    r"|白血病|尿毒症|肾衰竭?|肾病|透析|精神(?:病|分裂症?|障碍|失常)|抑郁症|癫痫病?|肺结核|结核病|[甲乙丙]肝|肝炎|肝硬化"
    r"|梅毒|性病|脑瘫|脑梗死?塞?|脑出血|脑溢血|中风|偏瘫|瘫痪|心脏病|冠心病|糖尿病|高血[压脂]|尘肺病?|红斑狼疮"
    r"|老年痴呆症?|阿尔茨海默症?病?|帕金森症?病?|重大疾病|重病|大病|慢性病|疾病)"
)
_DISABLED = (
    r"(?:[一二三四]级)?(?:(?:肢体|视力|听力|言语|智力|精神|多重)残疾(?:[一二三四1-4]级)?人?"
    r"|残疾[一二三四1-4]级|(?<=级)残疾人?|残疾人?(?=[,，。;；、) \n]|$))"
)
_POOR = r"(?:因[病残灾](?:致[贫困]|返贫))"
_STAGE = r"(?:晚期|早期|中期|重症)?(?:患者|病人)?"
_ABOUT_HELP = (
    r"(?![^,，。;；\n)]{0,2}(?:补贴|补助|救助|津贴|保险|联合会|联络|协会|证|专干|专委|工作|两项|就业|护理|保障|事业|之家|服务|管理"
    r"|康复|辅具|代表|评定|鉴定|医院|专家|科|政策|药)"
    r"|[^,，。;；\n)]{0,12}(?:防治|预防|知识|筛查|讲座|宣传|义诊|签约|随访|培训|咨询|门诊|体检))"
)
_ONE = rf"(?:{_ILLNESS}|{_DISABLED}){_STAGE}"
_ALL = rf"{_ONE}(?:(?:[、,，和及]|并发|合并|伴有?|{_TIE})+{_ONE})*{_ABOUT_HELP}"

_PERSON_FIRST = (
    re.compile(rf"(?:{_KNOWN}|{_TITLED}){_OF_FAMILY}{_AGED}[,，(: ]{{0,2}}(?P<said>{_TIE}*{_ALL})"),
    re.compile(rf"(?<!\w){_NAME}{_OF_FAMILY}{_AGED}[,，(: ]{{0,2}}(?P<said>{_TIE}+{_ALL}|{_POOR})"),
    re.compile(rf"{_NAME}{_OF_FAMILY}(?P<said>{_TIE}+{_ALL}|{_POOR})"),
    re.compile(rf"{_NAME}{_AGED}(?:\(|:| )(?P<said>{_ALL}|{_POOR})"),
    re.compile(rf"{_KNOWN}{_OF_FAMILY}(?P<said>{_POOR})"),
)
_BOUND = r"(?=[,，。;；、:( )]|$|[家户]|因|在|已|住|申请|领|享受)"
_ILLNESS_FIRST = re.compile(
    rf"(?P<said>(?:身?患有?)?(?:{_ILLNESS}(?:晚期)?(?:患者|病人|的)|(?:重度|重残)?残疾(?:人|儿童)))"
    rf"(?:村民|群众)?[:“\"]?(?:{_KNOWN}|{_NAME}{_BOUND})"
)


def illnesses(plain: str) -> Iterator[tuple[int, int]]:
    """Where a text (`text.plain_text`) says what illness or disability a person has: start and end
    of what is to be left out."""
    for pattern in (*_PERSON_FIRST, _ILLNESS_FIRST):
        for it in pattern.finditer(plain):
            yield it.span("said")
