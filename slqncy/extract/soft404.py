"""Recognising what sites say, with status 200, in place of a page that is not there."""

import re

from slqncy.extract.patterns import late

_PAGE = r"(?:页面|网页|文章|内容|信息|文档|新闻|资源|地址|网址|链接|栏目|稿件|URL)"
_GONE = (
    r"(?:不存在|不见了|找不到|未找到|没有找到|无法(?:找到|访问|获取|显示|打开|查看|阅读)|已经?被?(?:删除|移除|下线|下架|撤销|撤下|屏蔽)"
    r"|被(?:\w{2,4})?删除|已?失效|已?过期|走丢|丢失|飞走|(?:还?[没未]有?|尚未)(?:通过)?审[核批]|(?:正在|等待|待)审核(?!的))"
)
_THAT_YOU_WANTED = (
    r"[您你]?(?:所|要|想|正在|试图|需要)*(?:访问|查看|浏览|请求|查找|打开|寻找)?的?(?:该|此|这个|这篇|当前|相关)?"
)
_SORRY = (
    r"(?:(?:系统|友情|温馨|错误)?(?:提示|信息|错误){1,2}[^\w\n]+)?"
    r"(?:(?:非常|很|十分)?(?:对不起|抱歉|遗憾|不好意思|sorry)[^\w\n]*)?"
)
# A notice begins its line: within a sentence the same words are the story's (乘坐404路, 挂号时显示信息不存在).
_NOTICE = late(
    rf"^[^\w\n]*{_SORRY}(?:{_THAT_YOU_WANTED}{_PAGE}.{{0,12}}?{_GONE}|{_GONE}{_THAT_YOU_WANTED}{_PAGE}"
    rf"|(?:没有|查?无)(?:此|该|这[个篇条]){_PAGE}|(?:参数(?:错误|不正确)|(?:非法|错误)的?参数)\W*$"
    r"|(?:the )?(?:requested )?page (?:you (?:requested|want|are looking for) )?"
    r"(?:was not|cannot be|could not be|doesn't|does not) (?:found|exist)"
    r"|(?:http\s*)?(?:error\s*)?404(?!\d|\s*[路号室元人个万])|(?:(?:page|file)\s+)?not\s+found\b)",
    re.IGNORECASE | re.MULTILINE,
)


def missing_page_notice(text: str) -> str:
    """The first words in a text that say that a page does not exist, or ""."""
    match = _NOTICE.search(text)
    return match[0].strip() if match else ""
