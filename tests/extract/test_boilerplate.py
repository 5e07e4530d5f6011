"""What is taken off a page's lines, and what must stay."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.extract.boilerplate import is_boilerplate, join_pages, strip
from slqncy.extract.frame import find_trailer, first_banner
from slqncy.reasons import Boilerplate as B  # noqa: N817
from slqncy.sites import load_site

SITE = load_site("slqncy")
TITLE = "苏州召开誓师大会"
ADDRESS = "http://www.slqncy.com/szxw/9538.html"
TRAILER = [f"标题:{TITLE}", f"地址:{ADDRESS}"]
BODY = ["3月15日,苏州召开了宣誓大会", "会上,企业代表发表了讲话。"]


def banner(paragraphs: list[str]) -> str:
    chars = SITE.count(paragraphs)
    return f"本篇文章{chars}字,读完约{round(chars / 400)}分钟"


def test_the_seed_is_complete() -> None:
    lines = (files("slqncy.demo") / "seed.txt").read_text("utf-8").split("\n\n")
    stripped = strip([line.strip() for line in lines], "", SITE)
    assert stripped.declared_delta == 0
    assert (stripped.declared_chars, stripped.declared_minutes) == (2662, 7)
    assert [len(paragraph) for paragraph in stripped.paragraphs] == [2660]
    assert stripped.paragraphs[0].endswith("(张彪朱晓)")
    assert stripped.title == "苏州科技城(东渚街道)召开“争第一 创唯一”誓师大会"
    assert stripped.address == ADDRESS
    assert +stripped.removed == {B.BANNER: 1, B.TITLE_LINE: 1, B.ADDRESS_LINE: 1}


# Banner


@pytest.mark.parametrize(
    "lines",
    [
        ["本篇文章31字,读完约1分钟", *BODY],
        ["本篇文章３１字，读完约１分钟", *BODY],
        ["本篇文章 31 字 , 读完约 1 分钟", *BODY],
        ["本篇文章：31字、读完约需1分钟。", *BODY],
        ["本篇文章31字,读完大约需1分钟", *BODY],
        ["本篇文章31字读完约1分钟", *BODY],
        ["本篇文章31字,", "读完约1分钟", *BODY],
        ["本篇文章3", "1字,读完约1分钟", *BODY],
        [f"本篇文章31字,读完约1分钟 {BODY[0]}", *BODY[1:]],
        [f"本篇文章31字,读完约1分钟{BODY[0]}", *BODY[1:]],
        ["首页", "新闻", "本篇文章31字,读完约1分钟", *BODY],
    ],
)
@pytest.mark.parametrize("trailer", [[], TRAILER])
def test_banner_forms(lines: list[str], trailer: list[str]) -> None:
    stripped = strip([*lines, *trailer], "", SITE)
    assert (stripped.declared_chars, stripped.declared_minutes, stripped.declared_delta) == (31, 1, 0)
    assert stripped.paragraphs == BODY
    assert stripped.removed[B.BANNER] == 1


@pytest.mark.parametrize(
    "line",
    [
        "本篇文章介绍了31字的读法",
        "他说,本篇文章31字,读完约1分钟",
        "本篇文章31字",
        "读完约1分钟",
        "本篇文章" + "9" * 5000 + "字,读完约7分钟",
    ],
)
def test_what_is_no_banner(line: str) -> None:
    stripped = strip([line, *BODY], "", SITE)
    assert stripped.paragraphs == [line, *BODY]
    assert (stripped.declared_chars, stripped.declared_minutes, stripped.declared_delta) == (None, None, None)


def test_the_first_banner_counts() -> None:
    lines = ["导航", banner(BODY), "本篇文章9字,读完约1分钟"]
    found = first_banner(lines, SITE)
    assert found
    assert found.lines == range(1, 2)
    assert first_banner(BODY, SITE) is None


def test_a_difference_is_told() -> None:
    assert strip([banner(BODY), BODY[0]], "", SITE).declared_delta == len(BODY[1]) + 1
    assert strip([banner(BODY[:1]), *BODY], "", SITE).declared_delta == -len(BODY[1]) - 1


# Trailer


@pytest.mark.parametrize(
    "trailer",
    [
        TRAILER,
        [f"标题：{TITLE}", f"地址：{ADDRESS}"],
        [f"标题 : {TITLE} ", f"地址 : {ADDRESS} "],
        ["标题:", TITLE, f"地址:{ADDRESS}"],
        [f"标题:{TITLE}", "地址:", ADDRESS],
        ["标题:", TITLE, "地址:", ADDRESS],
    ],
)
@pytest.mark.parametrize("behind", [[], ["上一篇:甲", "相关阅读", "不相干的一行"]])
def test_trailer_forms(trailer: list[str], behind: list[str]) -> None:
    stripped = strip([banner(BODY), *BODY, *trailer, *behind], "", SITE)
    assert (stripped.title, stripped.address) == (TITLE, ADDRESS)
    assert (stripped.paragraphs, stripped.declared_delta) == (BODY, 0)
    expected = {B.BANNER: 1, B.TITLE_LINE: 1, B.ADDRESS_LINE: 1, B.OUTSIDE: len(behind)}
    assert +stripped.removed == {kind: times for kind, times in expected.items() if times}


@pytest.mark.parametrize(
    "lines",
    [
        [BODY[0], "标题:一种说法", BODY[1]],
        [BODY[0], "地址:苏州市高新区", BODY[1]],
        [BODY[0], "标题党的文章很多", "地址簿丢了"],
        [BODY[0], "标题:一种说法", BODY[1], "地址:苏州市高新区"],
        [BODY[0], "地址:苏州市高新区", "标题:一种说法"],
    ],
)
def test_what_is_no_trailer(lines: list[str]) -> None:
    stripped = strip(lines, "", SITE)
    assert stripped.paragraphs == lines
    assert (stripped.title, stripped.address) == ("", "")


def test_the_last_trailer_counts() -> None:
    quoted = ["标题:旧闻", "地址:http://www.slqncy.com/szxw/1.html"]
    found = find_trailer([*BODY, *quoted, BODY[0], *TRAILER], SITE)
    assert found
    assert found.lines == range(5, 7)
    assert strip([*BODY, *quoted, BODY[0], *TRAILER], "", SITE).paragraphs == [*BODY, *quoted, BODY[0]]


def test_a_trailer_before_the_banner_costs_nothing() -> None:
    stripped = strip([*TRAILER, banner(BODY), *BODY], "", SITE)
    assert (stripped.paragraphs, stripped.declared_delta) == (BODY, 0)
    assert +stripped.removed == {B.OUTSIDE: 2, B.BANNER: 1}


# Titles


@pytest.mark.parametrize("printed", [TITLE, f" {TITLE}", "苏州 召开 誓师大会", "苏州召开誓师大会\u3000"])
@pytest.mark.parametrize("headline", [TITLE, ""])
def test_repeated_titles_go_wherever_they_stand(printed: str, headline: str) -> None:
    lines = [banner(BODY), printed, BODY[0], printed, BODY[1], *TRAILER]
    stripped = strip(lines, headline, SITE)
    assert (stripped.paragraphs, stripped.declared_delta) == (BODY, 0)
    assert stripped.removed[B.REPEATED_TITLE] == 2


def test_a_headline_goes_though_the_trailer_has_another() -> None:
    assert strip([BODY[0], "苏州誓师", TITLE, BODY[1], *TRAILER], "苏州誓师", SITE).paragraphs == BODY


def test_width_makes_no_other_title() -> None:
    assert strip([BODY[0], "增长１０％(上)", BODY[1]], "增长10%（上）", SITE).paragraphs == BODY


@pytest.mark.parametrize("line", [f"{TITLE}。", f"{TITLE}在即", "苏州召开", f"《{TITLE}》"])
def test_a_line_that_holds_more_or_less_than_the_title_stays(line: str) -> None:
    assert strip([BODY[0], line, BODY[1]], TITLE, SITE).paragraphs == [BODY[0], line, BODY[1]]


def test_without_a_title_no_line_repeats_it() -> None:
    assert strip([BODY[0], "\u3000", BODY[1]], "", SITE).paragraphs == [BODY[0], "\u3000", BODY[1]]


# Every other kind: lines that go, and look-alike sentences of a story that stay.

CASES: dict[B, tuple[list[str], list[str]]] = {
    B.SOURCE_LINE: (
        ["来源:联合新闻网", "来源 ： 苏州日报", "(来源:新华社)", "稿源:中新网"],
        ["来源于生活的艺术才动人", "资金来源:政府拨款", "来源:", "能量来源:阳光"],
    ),
    B.EDITOR: (
        ["责任编辑:王宇", "(责任编辑：王宇)", "编辑:张三 审核:李四", "责编/王宇", "校对:李四", "【编辑：王宇】"],
        ["编辑部收到了来信", "责任编辑王宇获奖", "审核通过了十家企业", "编辑:他从前的职业。"],
    ),
    B.PUBLISHED: (
        ["发布时间:2020-03-16 09:21", "时间：2020年3月16日", "更新于2020/3/16", "发表日期: 2020.03.16"],
        ["时间:2020年3月16日上午在苏州举行", "发布时间尚未确定", "日期:待定", "2020年3月16日"],
    ),
    B.CLICKS: (
        ["点击:123", "阅读(56)", "浏览次数：789次", "点击量", "[点击:5]"],
        ["阅读使人充实", "点击量突破100万", "访问了3家企业", "人气10分旺"],
    ),
    B.TAGS: (
        ["标签:科技城", "关键词： 科技 创新", "Tags:a b", "本文标签:苏州"],
        ["标签化的看法要不得", "关键词是创新", "标签:他给自己贴了一个。"],
    ),
    B.TOOLS: (
        ["打印 关闭", "字号: 大 中 小", "【打印】【关闭】【收藏】", "返回首页", "我要纠错"],
        ["大家都来了", "收藏家王宇", "打印机坏了", "中小企业", "推荐一本好书", "小王返回苏州"],
    ),
    B.COPYRIGHT: (
        ["版权声明:本文系转载,版权归原作者所有。", "免责声明", "声明：" + "文" * 300, "版权所有", "© 2020 某网"],
        ["版权所有者提起诉讼", "声明书已经签署", "双方发表联合声明", "声明:" + "文" * 400],
    ),
    B.COMMENTS: (
        ["发表评论", "网友评论(3)", "已有12人参与", "评论:3", "文明上网,理性发言"],
        ["评论员认为前景很好", "发表评论员文章", "文明上网活动走进校园"],
    ),
    B.PAGER: (
        ["上一页 1 2 3 下一页", "[1] [2] [3]", "共3页 下一页", "1/3", "首页 上一页 末页"],
        ["1、加强领导", "第1页写着名字", "1958", "3月15日", "上一页的内容"],
    ),
    B.NEIGHBOURS: (
        ["上一篇:旧闻一则", "下一篇：没有了", "下一条", "[上一篇]：甲", "前一篇文章:甲"],
        ["上一篇章已经翻过", "下一条路怎么走", "下一篇文章里他写道,天亮了"],
    ),
    B.RELATED: (
        ["相关阅读", "相关新闻:", "推荐阅读：甲", "猜你喜欢", "◆热门文章", "【相关阅读】"],
        ["相关新闻引起关注", "相关部门表示", "热门新闻不断"],
    ),
    B.SHARE: (
        ["分享到:", "分享到微信 微博 QQ空间", "分享至：", "一键分享", "分享"],
        ["分享会在苏州举行", "分享 成功的经验", "分享了成功的经验", "他乐于分享", "分享:他一生的信条。"],
    ),
    B.QR_CODE: (
        ["扫一扫关注我们", "微信扫码关注", "扫描下方二维码", "长按识别二维码", "打开微信扫一扫分享"],
        ["扫描仪销量上升", "扫码支付成为习惯", "识别率达到99%", "长按电源键三秒"],
    ),
}  # fmt: skip
GONE = [(kind, line) for kind, (gone, _) in CASES.items() for line in gone]
KEPT = [line for _, kept in CASES.values() for line in kept]
ANYWHERE = {B.NEIGHBOURS, B.RELATED, B.SHARE, B.QR_CODE}
FRAME = {B.BANNER, B.TITLE_LINE, B.ADDRESS_LINE, B.REPEATED_TITLE, B.OUTSIDE}


def test_every_kind_is_tested() -> None:
    assert CASES.keys() | FRAME == set(B)


@pytest.mark.parametrize(("kind", "line"), GONE)
def test_boilerplate_goes_from_the_edges(kind: B, line: str) -> None:
    for lines in ([*BODY, line], [line, *BODY], [line, line, *BODY, "打印", line]):
        stripped = strip(lines, "", SITE)
        assert stripped.paragraphs == BODY
        assert stripped.removed[kind] == lines.count(line) + (kind is B.TOOLS and "打印" in lines and line != "打印")
        assert stripped.removed.total() == len(lines) - len(BODY)


@pytest.mark.parametrize(("kind", "line"), GONE)
def test_between_paragraphs_only_the_kinds_that_stand_there_go(kind: B, line: str) -> None:
    stripped = strip([BODY[0], line, BODY[1]], "", SITE)
    assert stripped.paragraphs == (BODY if kind in ANYWHERE else [BODY[0], line, BODY[1]])


@pytest.mark.parametrize(("kind", "line"), GONE)
def test_a_line_alone_is_boilerplate_where_it_would_go(kind: B, line: str) -> None:
    # The source is the site's own to name, and stories may differ in a date or in figures alone.
    is_any = kind not in {B.SOURCE_LINE, B.PUBLISHED} and any(map(str.isalpha, line))
    assert is_boilerplate(line, anywhere=True) == (is_any and kind in ANYWHERE)
    assert is_boilerplate(line, anywhere=False) == (is_any and kind not in ANYWHERE)


@pytest.mark.parametrize("line", [*KEPT, "", " ", "05", "1 2 3", "[1] [2]", "1/3", "101|102", "3"])
def test_a_line_of_a_story_or_of_figures_alone_is_none(line: str) -> None:
    assert not is_boilerplate(line, anywhere=True)
    assert not is_boilerplate(line, anywhere=False)


@pytest.mark.parametrize("line", KEPT)
def test_look_alike_sentences_stay(line: str) -> None:
    for lines in ([line, *BODY], [*BODY, line], [BODY[0], line, BODY[1]]):
        stripped = strip(lines, "", SITE)
        assert stripped.paragraphs == lines
        assert +stripped.removed == {}


@pytest.mark.parametrize("line", [line for _, line in GONE])
def test_a_line_that_the_site_counted_stays(line: str) -> None:
    body = [line, *BODY]
    stripped = strip([banner(body), *body, *TRAILER], "", SITE)
    assert (stripped.paragraphs, stripped.declared_delta) == (body, 0)


def test_a_counted_line_at_the_edge_stays_while_an_uncounted_one_between_goes() -> None:
    body = ["编辑:两个字的分量", *BODY]
    stripped = strip([banner(body), body[0], body[1], "分享到:", body[2]], "", SITE)
    assert (stripped.paragraphs, stripped.declared_delta) == (body, 0)
    assert +stripped.removed == {B.BANNER: 1, B.SHARE: 1}


def test_the_source_is_read_off_its_line() -> None:
    stripped = strip([banner(BODY), *BODY, "来源:联合新闻网", *TRAILER], "", SITE)
    assert (stripped.source_name, stripped.paragraphs, stripped.declared_delta) == ("联合新闻网", BODY, 0)
    assert stripped.removed[B.SOURCE_LINE] == 1


@pytest.mark.parametrize("tail", ["(责任编辑:王宇)", "【编辑：王宇】", " [责编/王 宇] "])
def test_an_editor_behind_the_last_sentence_goes(tail: str) -> None:
    stripped = strip([BODY[0], BODY[1] + tail], "", SITE)
    assert stripped.paragraphs == BODY
    assert +stripped.removed == {B.EDITOR: 1}


@pytest.mark.parametrize("tail", ["(王宇)", "(记者陈秀雅)", "(编辑部供稿)"])
def test_a_closing_byline_stays(tail: str) -> None:
    assert strip([BODY[0], BODY[1] + tail], "", SITE).paragraphs == [BODY[0], BODY[1] + tail]


# Properties

PLAIN = st.text(st.sampled_from("天地人和春夏秋冬,。 "), min_size=1, max_size=80).filter(lambda line: line.strip())
NOISE = st.sampled_from([line for _, line in GONE])


@given(st.lists(PLAIN, max_size=6), st.data())
def test_no_unlisted_line_is_lost(plain: list[str], data: st.DataObject) -> None:
    lines: list[str] = []
    for line in plain:
        lines += [*data.draw(st.lists(NOISE, max_size=2)), line]
    lines += data.draw(st.lists(NOISE, max_size=2))
    head = data.draw(st.sampled_from([[], [banner(plain)], ["本篇文章9999字,读完约25分钟"]]))
    stripped = strip([*head, *lines, *data.draw(st.sampled_from([[], TRAILER]))], TITLE, SITE)
    assert [line for line in stripped.paragraphs if line in plain] == [line for line in lines if line in plain]
    # What is gone is accounted for.
    removed = stripped.removed.total() - sum(stripped.removed[kind] for kind in FRAME)
    assert len(stripped.paragraphs) + removed == len(lines)


ANY_LINE = st.one_of(
    st.text(max_size=100),
    NOISE,
    st.sampled_from([*TRAILER, "标题:", "地址:", "本篇文章5字,", "读完约1分钟", "本篇文章5字,读完约1分钟", TITLE]),
    st.text("0123456789 /<>[]", max_size=60),
)


@given(st.lists(ANY_LINE, max_size=12), ANY_LINE)
def test_strip_never_fails(lines: list[str], title: str) -> None:
    stripped = strip(lines, title, SITE)
    assert all(times >= 0 for times in stripped.removed.values())
    assert len(stripped.paragraphs) <= len(lines)
    join_pages(lines, lines[::-1], SITE)


@pytest.mark.parametrize(
    "line", ["1" * 55 + "x", "点击" + "\u3000" * 56 + "x", "大" * 58 + "x", "(" * 59, "分享" + " " * 57 + "x"]
)
def test_no_line_holds_the_reading_up(line: str) -> None:
    # A pattern that tries every way to split such a line would not come back.
    assert strip([line, *BODY], "", SITE).paragraphs == [line, *BODY]


# Pages


def test_pages_are_joined_into_one_story() -> None:
    body = [*BODY, "第二页的话。", "第三页的话。"]
    first = [banner(body), *BODY, *TRAILER]
    second = [banner(body), "第二页的话。", *TRAILER]
    third = [
        "导航",
        banner(body),
        TITLE,
        "第三页的话。",
        f"标题:{TITLE}",
        "地址:http://www.slqncy.com/szxw/9538_3.html",
    ]
    joined = join_pages(join_pages(first, second, SITE), third, SITE)
    assert joined == [banner(body), *BODY, "第二页的话。", *third[2:]]
    stripped = strip(joined, "", SITE)
    assert (stripped.paragraphs, stripped.declared_delta) == (body, 0)


def test_a_page_without_frame_goes_before_the_trailer() -> None:
    assert join_pages([*BODY, *TRAILER], ["又一段"], SITE) == [*BODY, "又一段", *TRAILER]
    assert join_pages(BODY, ["又一段"], SITE) == [*BODY, "又一段"]
    assert join_pages(BODY, ["又一段", *TRAILER], SITE) == [*BODY, "又一段", *TRAILER]


def test_text_on_the_banners_line_of_a_further_page_is_kept() -> None:
    further = ["本篇文章9字,读完约1分钟 又一段", "末段"]
    assert join_pages([*BODY, *TRAILER], further, SITE) == [*BODY, "又一段", "末段", *TRAILER]
