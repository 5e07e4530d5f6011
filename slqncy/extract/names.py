"""Chinese personal names, told apart by their surnames."""

from __future__ import annotations

from slqncy.extract.patterns import late

# The commonest surnames cover about 97 % of people; rarer ones are met in lists that name a role.
_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔"
    "康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒"
    "耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚"
    "廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑"
    "習張劉陳楊趙黃吳孫馬羅鄭謝韓馮於蕭許鄧呂蘇盧蔣賈葉閻鐘鄒陸顧龍錢湯賀賴龔龐樊蘭顏嚴溫蘆魯韋畢聶叢齊莊塗關紀項陽衛單寧閔強華車"
)
_COMPOUND_SURNAMES = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "司徒",
        "夏侯",
        "端木",
        "独孤",
        "南宫",
        "宇文",
        "长孙",
        "歐陽",
        "司馬",
        "諸葛",
        "東方",
        "尉遲",
    ]
)
_SPLIT = late(r"[\s\u3000、,，;；/／|&]+|和(?=\S{2,4}$)")
# Names of two characters are spaced to the width of three.
_SPACED = late(r"(?<![\u3400-\u9fff])([\u3400-\u9fff])[ \u3000]+([\u3400-\u9fff])(?![\u3400-\u9fff])")
_CHINESE = late(r"[\u3400-\u9fff]{2,12}")
_FOREIGN = late(r"[\u3400-\u9fff]{1,8}[·•][\u3400-\u9fff]{1,12}|[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){0,3}")
_NO_NAME = late(
    r"照片|图片|组图|摄影|称为|报道|资料|未完|完毕|以下|如图|来源|本刊|记者|新华|中新|新闻|社区|公司|中国|单位|原标题|编辑|编制|佚名|未知|不详|匿名"
    r"|小编|管理员|综合|整理|转载|中心|频道|在线|头条|财经|论坛|客户端|工作室|责任|[社报網网報了的是]|电[视台]|^[Aa]dmin"
)
_LONGEST_CHINESE = 4


def names_in(text: str, *, named: bool) -> list[str]:
    """The names in a text of nothing else; where no role names them (`named`), they must begin with a known surname."""
    pieces = _SPLIT.split(_SPACED.sub(r"\1\2", text).strip())
    return [name for piece in pieces if piece and not _NO_NAME.search(piece) for name in _split(piece, named=named)]


def is_name(piece: str) -> bool:
    """Tell whether an unspaced piece is one name with a known surname."""
    return len(piece) <= _LONGEST_CHINESE and names_in(piece, named=False) == [piece]


def _split(piece: str, *, named: bool) -> list[str]:
    if _FOREIGN.fullmatch(piece):
        return [piece]
    if not _CHINESE.fullmatch(piece):
        return []
    if len(piece) < _LONGEST_CHINESE + _has_compound_surname(piece):
        return [piece] if named or _begins_with_surname(piece) else []
    return _split_run(piece) or ([piece] if named and len(piece) == _LONGEST_CHINESE else [])


def _has_compound_surname(piece: str) -> bool:
    return piece[:2] in _COMPOUND_SURNAMES


def _begins_with_surname(piece: str) -> bool:
    return piece[0] in _SURNAMES or _has_compound_surname(piece)


def _split_run(piece: str) -> list[str]:
    """Split names that run together; [] unless surnames make the split plain."""
    sizes = (4, 3) if _has_compound_surname(piece) else (3, 2)
    for size in sizes:
        head, rest = piece[:size], piece[size:]
        if len(head) == size and _begins_with_surname(head):
            if not rest:
                return [head]
            if tail := _split_run(rest):
                return [head, *tail]
    return []
