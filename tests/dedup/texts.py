"""A story, its copies, one in other words and one that goes on; and bulletins from templates."""

from __future__ import annotations

from pathlib import Path

from slqncy.dedup import Compared, compared

STORIES = Path(__file__).with_name("stories")


def _read(name: str) -> tuple[str, str]:
    title, _, text = (STORIES / f"{name}.txt").read_text(encoding="utf-8").strip().partition("\n")
    return title, text


TITLE, STORY = _read("story")
DAY = "2024-09-28"
REWRITE_TITLE, REWRITE = _read("rewrite")
FOLLOW_UP_TITLE, FOLLOW_UP = _read("follow_up")
OTHER_TITLE, OTHER = _read("other")

PAGE = f"{OTHER}\n{STORY}\n此外，市气象台预计未来三天多云，出行请注意添衣。"
"""A page of several stories."""
EDITS = {
    "建成通车": "建成开通",
    "只能绕行": "必须绕行",
    "要耗掉": "要用掉",
    "实时监测": "实时掌握",
    "连续5年": "多年来连续5年",
    "据测算，": "",
    "同步延伸过桥": "同步延伸过桥，方便沿线居民出行",
}
BOILERPLATE = (
    f"发布时间：2024-09-28 10:15 点击：2031次\n{STORY}\n（责任编辑：何川）\n上一篇：{OTHER_TITLE}\n分享到：微信 微博"
)


def edited(text: str = STORY) -> str:
    """The story with a word changed here and there."""
    for before, after in EDITS.items():
        text = text.replace(before, after)
    return text


def cut(share: float) -> str:
    """The beginning of the story."""
    return STORY[: int(len(STORY) * share)]


def story(text: str = STORY, title: str = TITLE, day: str = DAY) -> Compared:
    return compared(title, text, day)


# Bulletins


def weather(day: int, low: int, high: int, wind: str, sky: str) -> str:
    return (
        f"市气象台{day}日17时发布天气预报：今天夜间到明天白天，全市{sky}，{wind}3到4级，"
        f"最低气温{low}℃，最高气温{high}℃，相对湿度{low + 41}%到{high + 52}%。"
        "气象部门提醒，早晚温差较大，请市民适时增减衣物，注意预防感冒，外出时留意交通安全。"
    )


def water_level(day: int, level: float, flow: int, change: float) -> str:
    return (
        f"市水文站{day}日8时监测数据显示，东渚湖水位{level}米，比昨日上涨{change}米，"
        f"低于警戒水位{round(31.5 - level, 2)}米；入湖流量每秒{flow}立方米。"
        "水文部门表示，全市主要河流水势总体平稳，将继续加强监测，及时发布预警信息，请沿湖群众注意安全。"
    )


def closing(day: int, index: float, change: float, turnover: int, rose: int) -> str:
    return (
        f"{day}日，沪深两市股指低开高走。截至收盘，上证指数报{index}点，涨{change}%；"
        f"深证成指报{round(index * 3.21, 2)}点，涨{round(change * 1.2, 2)}%。"
        f"两市合计成交{turnover}亿元，上涨个股{rose}只。"
        "盘面上，电力、煤炭板块涨幅居前，旅游、零售板块跌幅居前。"
    )


def lottery(issue: int, numbers: str, pool: float, winners: int) -> str:
    return (
        f"第{issue}期福彩双色球开奖结果揭晓，红球号码为{numbers}。"
        f"当期一等奖中出{winners}注，单注奖金{round(pool / 150, 2)}万元；奖池滚存至{pool}万元。"
        "中奖者请在60天内携带彩票和本人有效身份证件到省福彩中心兑奖，逾期不兑视为弃奖，纳入彩票公益金。"
    )


def obituary(name: str, office: str, day: str, age: str, home: str) -> str:
    return (
        f"中国共产党的优秀党员，忠诚的共产主义战士，{office}{name}同志，"
        f"因病医治无效，于{day}在本市逝世，享年{age}岁。{name}同志系{home}人。"
        f"遵照{name}同志生前遗愿和家属意见，丧事从简，不举行遗体告别仪式。谨此讣告。"
    )


BULLETINS: dict[str, tuple[str, str]] = {
    "weather": (weather(3, 8, 17, "北风", "晴转多云"), weather(4, 11, 22, "南风", "多云间阴")),
    "water level": (water_level(11, 29.46, 1830, 0.12), water_level(12, 29.71, 2240, 0.25)),
    "closing": (closing(5, 3028.14, 0.42, 8615, 3017), closing(6, 3049.77, 0.71, 9204, 3562)),
    "lottery": (
        lottery(2024057, "02、09、13、21、27、33，蓝球号码为05", 98712.36, 7),
        lottery(2024058, "04、08、17、19、24、30，蓝球号码为12", 101534.9, 11),
    ),
    "obituary": (
        obituary("高承业", "市水利局原副局长", "2024年3月2日", "91", "河北安平"),
        obituary("鲁秀芝", "县教育局原党委书记", "2024年5月19日", "87", "山东莒南"),
    ),
}
"""Two of each kind."""
