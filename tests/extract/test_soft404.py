"""Notices of missing pages, and the same words in stories."""

import pytest

from slqncy.extract.soft404 import missing_page_notice


@pytest.mark.parametrize(
    "text",
    [
        "页面不存在",
        "对不起,您访问的页面不存在或已被删除。",
        "抱歉，您要查看的文章不存在",
        "提示信息：该信息不存在或已删除！",
        "系统提示:文章已被删除",
        "很抱歉,您所请求的网址无法获取",
        "您访问的页面走丢了",
        "没有找到您要访问的页面",
        "找不到该页面",
        "404 Not Found",
        "404错误",
        "HTTP 404",
        "HTTP Error 404",
        "Page not found",
        "该稿件已被撤下",
        "内容已下架",
        "此内容因违规无法查看",
        "该文章已被发布者删除",
        "文档尚未审核",
        "该信息正在审核中",
        "没有此文章",
        "查无该新闻",
        "参数错误!",
        "The requested page could not be found.",
        "Sorry, the page you requested was not found",
        "The page you are looking for doesn't exist",
        "File not found",
        "首页\n新闻\n对不起,内容已失效\n联系我们",
    ],
)
def test_notices(text: str) -> None:
    assert missing_page_notice(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "市民可乘坐 404 路直达高铁站。",
        "404路公交车今日开通,全程12站。",
        "404个项目集中开工",
        "网上挂号时显示信息不存在,医院表示已修复。",
        "警方通报称,相关文章已被删除,责任人被行政拘留五日。",
        "全市新建页岩气井4口",
        "居民反映楼道照明设施丢失",
        "内容审核员的一天:他们在看什么",
        "新闻资源审批改革试点启动",
        "正在审核的12个项目总投资30亿元",
        "参数错误率下降一半,这家工厂靠的是什么?",
        "没有此前的努力,就没有今天的丰收",
    ],
)
def test_stories(text: str) -> None:
    assert missing_page_notice(text) == ""


@pytest.mark.parametrize("line", ["，", "", "提示信息,"])
def test_a_page_of_endless_lines_is_soon_read(line: str) -> None:
    assert missing_page_notice(f"{line}\n" * 200_000) == ""
