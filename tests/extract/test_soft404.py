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
    ],
)
def test_stories(text: str) -> None:
    assert missing_page_notice(text) == ""
