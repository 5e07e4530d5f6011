"""Recognising what sites say, with status 200, in place of a page that is not there."""

import re

_PAGE = r"(?:页面|网页|文章|内容|信息|文档|新闻|资源|地址|网址|链接|栏目|稿件|URL)"
_GONE = (
    r"(?:不存在|不见了|找不到|未找到|没有找到|无法(?:找到|访问|获取|显示|打开)|已经?被?(?:删除|移除|下线|撤销)|被删除"
    r"|已?失效|已?过期|走丢|丢失|飞走)"
)
_THAT_YOU_WANTED = (
    r"[您你]?(?:所|要|想|正在|试图|需要)*(?:访问|查看|浏览|请求|查找|打开|寻找)?的?(?:该|此|这个|这篇|当前|相关)?"
)
_SORRY = (
    r"(?:(?:系统|友情|温馨|错误)?(?:提示|信息|错误){1,2}[\W_]+)?"
    r"(?:(?:非常|很|十分)?(?:对不起|抱歉|遗憾|不好意思|sorry)[\W_]*)?"
)
# A notice begins its line: within a sentence the same words are the story's (乘坐404路, 挂号时显示信息不存在).
_NOTICE = re.compile(
    rf"^[\W_]*{_SORRY}(?:{_THAT_YOU_WANTED}{_PAGE}.{{0,12}}?{_GONE}|{_GONE}{_THAT_YOU_WANTED}{_PAGE}"
    r"|(?:http\s*)?(?:error\s*)?404(?!\d|\s*[路号室元人个万])|(?:page\s+)?not\s+found\b)",
    re.IGNORECASE | re.MULTILINE,
)


def missing_page_notice(text: str) -> str:
    """The first words in a text that say that a page does not exist, or ""."""
    match = _NOTICE.search(text)
    return match[0].strip() if match else ""
