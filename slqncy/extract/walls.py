"""Recognising what sites put in place of a page: a test for browsers, a login, a waiting room."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from slqncy.extract.lines import page_lines
from slqncy.extract.metadata import read_metadata
from slqncy.extract.patterns import late
from slqncy.reasons import Rejection

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from slqncy.extract.page import Page


class Wall(NamedTuple):
    """What stands in place of a page, and the words or the script it is known by."""

    reason: Rejection
    """CHALLENGE, LOGIN or WAITING_ROOM."""
    words: str


_LONGEST_TEXT = 300
"""Characters; a longer text that speaks of captchas is a story about them."""
_LONGEST_PAGE = 600
"""Characters of a page on which no story was found; more are a page with a login somewhere."""
_LONGEST_TITLE = 80
_LONGEST_REST = 12
"""Characters that a title may have behind the words of a wall: a headline says more."""
_FEWEST_WORDS = 200
"""Characters that a page may show which leaves the rest to a script."""
_FEWEST_LINKS = 3
_LONGEST_WORDS = 80


def _notice(alternatives: str) -> re.Pattern[str]:
    """A notice begins its line, and is quoted by nobody: within a sentence the same words are the story's."""
    start = r"""^[^\w“"「《『【\n]*
        (?:(?:系统|友情|温馨|安全|错误)?(?:提示|信息|提醒|错误)(?:信息)?[^\w“"「《『\n]+)?
        (?:(?:(?:非常|很|十分)?(?:对不起|抱歉|不好意思)|亲爱的用户|尊敬的用户|[您你]好|sorry|oops)[^\w“"「《『\n]*)?
    """
    return late(f"{start}(?:{alternatives})", re.IGNORECASE | re.MULTILINE | re.VERBOSE)


_CHALLENGE = _notice(r"""
    # Asks for a test.
    (?:为了?.{0,24}?[,，、\s])?(?:请|需要?|必须|[您你]需要?)(?:[您你]?先?|在下方|按照?提示)?
        (?:完成|通过|进行|输入|填写|点击|点选|拖动|向右|滑动|按住|依次|正确).{0,16}?(?:验证|校验|滑块|右[侧边端])
    | (?:拖动|滑动|按住|点击)[上下左右]?[方边图]?.{0,8}?(?:滑块|按钮|拼图|图标|文字).{0,16}?(?:验证|右[侧边端])
    | (?:请|[您你]?需要).{0,6}?(?:证明|确认)[您你]?(?:自己)?[不并]?[是非](?:机器人|真人|人类|自动程序)
    | 验证[您你]?不?是(?:机器人|真人|人类) | [您你]是(?:机器人|真人|人类)吗
    | (?:安全|人机|身份|真人|访问|滑动|滑块|拼图|图形|图片|行为|智能|页面)(?:访问)?(?:验证码?|校验)(?=\W|$|页面|中)
    | (?:浏览器)?安全(?:防护)?(?:检查|检测|校验|验证)中?(?=\W|$|请)
    | 正在(?:进行|检查|检测|验证|校验|确认|为[您你])(?!的).{0,14}?(?:浏览器|安全|人机|真人|环境|连接|身份)
    | (?:[\w.-]{0,60}\s)?需要先?检查[您你]的连接
    | (?:请|需要?|[您你]?需要?|[您你]的?浏览器?(?:必须)?)(?:开启|启用|打开|允许|支持)(?:浏览器的?)?\s*
        (?:java\s*script|js|cookies?).{0,12}?(?:刷新|继续|重试|访问|浏览|查看)
    # Says that there were too many requests, or that there is something about them.
    | [您你]?的?(?:本次|当前|此次|操作|IP)?(?:IP|地址|访问|请求|操作|点击|刷新|搜索|查询)(?:本站|页面|网站)?的?
        (?:频率|速度|次数|行为)?(?:过于|太过|实在太|太|过|已?超[出过])(?:频繁|快|高|多|限制?)
    | (?:系统|网站|我们)?[检监]测到?[您你]?的?.{0,16}?(?:异常|频繁|自动|机器人|爬虫|恶意|攻击|风险)
    | [您你]的?(?:IP|网络|账号|设备|访问|请求|操作|浏览).{0,14}?(?:异常|有风险|存在风险|可疑|违规)
    | (?:由于|因为?)?[您你](?:的|所)?(?:IP|访问|请求|提交|网络|地址).{0,40}?
        (?:拦截|阻断|阻止|拒绝|禁止|限制|封禁|封锁|黑名单|屏蔽)
    | [当前本次此该]{1,2}(?:访问|请求|操作|IP|地址)(?:已?被?|疑似|可能|存在).{0,16}?
        (?:拦截|阻断|阻止|拒绝|禁止|限制|攻击|黑客|威胁)
    | 非法(?:请求|访问|参数).{0,8}?(?:拦截|阻断|阻止|拒绝|禁止) | 访问(?:已?被|受到?)(?:限制?|拒绝|禁止|拦截)(?=\W|$)
    | just[ ]a[ ]moment\W*$ | attention[ ]required! | checking[ ](?:your[ ]browser|if[ ]the[ ]site[ ]connection)
    | (?:please[ ])?verify(?:ing)?(?:[ ]that)?[ ]you[ ]are[ ](?:a[ ])?human | are[ ]you[ ](?:a[ ])?(?:human|robot)
    | (?:please[ ])?(?:turn[ ]on|enable)[ ](?:javascript|cookies).{0,48}?(?:continue|reload|refresh)
    | (?:please[ ])?complete[ ]the[ ](?:security[ ]check|captcha) | security[ ]check(?=\W|$) | ddos[ ]protection[ ]by
    | access[ ](?:to[ ]this[ ]page[ ]has[ ]been[ ])?denied | you[ ]have[ ]been[ ]blocked | request[ ]blocked
    | your[ ](?:request|access|ip).{0,40}?(?:has[ ]been|was|is)[ ](?:blocked|denied|limited|rejected)
    | too[ ]many[ ]requests | (?:our[ ]systems[ ]have[ ]detected[ ])?unusual[ ]traffic | pardon[ ]our[ ]interruption
""")
_LOGIN = _notice(r"""
    (?:[您你]|[该本此]?(?:内容|文章|页面|信息|资讯|栏目|报告|稿件))?(?:请|需要?|须|必须|只有|仅限?)?[您你]?[先在]?
        (?:扫码|注册[或并/]?)?登[录陆](?:/?[或并]?注册)?(?:账[号户]|会员|系统)?(?:以?后|之后)?
        (?:才能|方可|方能|即可|就可以|才可以?|再|可)?(?:以?(?:继续|查看|阅读|浏览|访问|获取|观看|收看|使用|[看读])|可见)
        (?!.{0,6}?(?:评论|留言|回复|跟帖))
    | (?:请|需要?|必须|[您你]需要?)[您你]?先(?:注册[或并/]?)?登[录陆]
        (?!.{0,8}?(?:评论|留言|回复|跟帖|发表|收藏|点赞|参与|投票))
    | (?:[您你]|用户)?(?:还没有?|尚未|还未|未|没有)登[录陆](?:\W|$|或|系统|本站)(?!.{0,8}?(?:评论|留言|回复))
    | 登[录陆](?:状态)?(?:已经?)?(?:超时|过期|失效)(?=\W|$|请)
    | [您你]的?(?:所在的?用户组|账[号户])?(?:无权限?|[暂没]?[无有].{0,10}?权限) | (?:访问)?权限(?:不足|受限)(?=\W|$)
    | (?:无|没有|暂无)(?:访问|查看|浏览|阅读)?权限?(?:访问|查看|浏览|阅读)?\W*$
    | [该本此](?:内容|文章|页面|栏目|信息|资讯|稿件|数据)?[为是]?(?:仅限?|只)[对供限向有能]?.{0,4}?
        (?:会员|登[录陆]|注册|订阅|付费|VIP|内部|内网|校内|单位|授权).{0,6}?(?:可见|可看|查看|阅读|访问|浏览|开放|专享|使用)
    | (?:[该本此](?:内容|文章|页面|栏目)[为是])?(?:会员|VIP|付费|订阅)(?:用户|会员|读者)?(?:专享|专属|可见)
        (?:内容|文章)?(?=\W|$)
    | (?:阅读|查看|浏览|解锁)(?:全文|更多内容|剩余内容|剩余|完整(?:内容|文章|版)).{0,4}?
        请先?(?:登[录陆]|注册|订阅|付费|开通|购买)
    | (?:please[ ])?(?:you[ ])?(?:must[ ]|need[ ]to[ ]|have[ ]to[ ])?(?:be[ ])?(?:log|sign)(?:ged|ned)?[ ]?in[ ]
        (?:to[ ](?:continue|view|read|access)|first)
    | subscribe[ ]to[ ](?:continue|read) | this[ ](?:content|article)[ ]is[ ]for[ ](?:members|subscribers)
""")
_LOGIN_FORM = _notice(r"""
    (?:用户|会员|系统|账[号户]|后台|管理员|统一|安全|欢迎)*登[录陆](?:页面?|界面|窗口|系统|平台|中心)?(?=\W|$)
    | (?:统一)?身份认证(?:平台|系统|中心)?(?=\W|$) | 单点登[录陆] | (?:user[ ])?(?:log|sign)[ ]?in(?=\W|$)
""")
_SYSTEM = "(?:网站|[本该此]站|站点|系统|服务器?|平台|后台|数据库|页面|网页|栏目|程序|网络)"
_PLACE = "(?:域名|站点|网站|空间|主机|账[户号])"
_NO_MORE = """(?:过期|到期|未备案|没有备案|未续费|欠费
    |已?经?被?.{0,4}?(?:暂停|停用|停止(?:访问|服务|运行)?|冻结|锁定|注销|关闭))"""
_WAITING_ROOM = _notice(rf"""
    (?:[当目]前|现在)?{_SYSTEM}?(?:[当目]前|现在|比较|非常|过于|太|正|有点)?(?:繁忙|忙碌|拥挤|拥堵|忙)
        [,，。!！.\s]*(?:请|稍[后候]|$)
    | (?:[当目]前|现在)?(?:访问|在线|排队|浏览|参与|同时在线)的?(?:人数|用户|人|量)(?:较|过|太|比较|已达|达到|超|已满)
    | [您你]?(?:正在|已进入|已在|处于).{{0,6}}?排队(?=\W|$|[中等]) | 排队(?:中|等待|等候)(?=\W|$)
    | [您你]的?前面还?有\s*\d+\s*[人位]
    | {_SYSTEM}(?:现在|[当目]前|已经?|于)?(?:正在|正|处于|进行|暂时|临时|例行|全面|紧急|定期|计划|停机)*
        (?:维护|升级|改版|建设|调整|割接|检修|迁移|备份)(?:维护|升级|改造|更新|状态)?
        (?:中|当中|之中|期间|$|[,，。!！.…~])
    | (?:由于|因)?{_SYSTEM}.{{0,6}}?(?:维护|升级|改版|故障|割接|检修|迁移)[\W期间中将已现]{{0,4}}
        (?:暂停|暂时|无法|关闭|停止|稍[后候])
    | (?:例行|停机|系统|服务器?)(?:维护|升级)(?:公告|通知|中)?\s*$ | 正在(?:维护|升级|建设|改版|备份数据)中?(?=\W|$)
    | (?:服务|网站|本站|系统|页面)(?:暂时|临时|暂)?(?:不可用|无法(?:使用|提供|访问)|未响应|停止(?:服务|访问)|关闭)
    | 数据库(?:连接|服务|链接)?(?:失败|错误|出错|异常) | (?:请求|连接|网关|响应)超时(?=\W|$)
    | (?:该|此|本|当前|[您你](?:的|所)?(?:访问的)?){_PLACE}[^。\n]{{0,16}}?{_NO_MORE}
    | {_PLACE}[^。\n]{{0,6}}?{_NO_MORE}\W*$
    | (?:当前|该|此)域名(?:不属于|未绑定|没有(?:绑定|设置)|未支付) | [该此本]?域名(?:正在)?(?:出售|转让|待售|停放)
    | (?:没有|未)找到站点 | (?:恭喜[,，]?\s*)?站点创建成功
    | [该此本]?(?:网站|域名)?备案(?:信息|号)?(?:不存在|已?被?(?:注销|取消|吊销)|异常)
    | (?:http\W*)?(?:error\W*)?50[0-4]\W{{0,3}}(?:bad[ ]gateway|service|gateway|internal|服务) | bad[ ]gateway
    | gateway[ ]time-?out | service[ ](?:temporarily[ ])?unavailable | server[ ](?:is[ ])?(?:too[ ]busy|error[ ]in)
    | internal[ ]server[ ]error | error[ ]establishing[ ]a[ ]database[ ]connection
    | account[ ](?:has[ ]been[ ])?suspended
    | (?:(?:the[ ]|this[ ])?site[ ](?:is[ ])?|we(?:[ ]a|')re[ ])?(?:currently[ ])?(?:under|down[ ]for|scheduled)[ ]
        (?:\w+[ ])?maintenance
    | we'?(?:ll|[ ]will)[ ]be[ ](?:right[ ])?back | under[ ]construction | you[ ]are[ ]in[ ](?:the[ ])?(?:queue|line)
    | (?:th(?:is|e)[ ])?(?:\w+[ ])?domain[ ](?:name[ ])?(?:is[ ]for[ ]sale|is[ ]parked|(?:(?:has|was|is)[ ])?expired)
    | welcome[ ]to[ ]nginx | apache2?[ ].{{0,20}}default[ ]page | iis[ ]windows[ ]server
    | test[ ]page[ ]for[ ]the[ ](?:nginx|apache|http)
""")
_NOTICES = ((Rejection.CHALLENGE, _CHALLENGE), (Rejection.LOGIN, _LOGIN), (Rejection.WAITING_ROOM, _WAITING_ROOM))

# By what the scripts of captchas are known, and those of 加速乐, 阿里云, 瑞数, 云锁, 安全狗, 宝塔, Cloudflare,
# Akamai, Imperva and AWS.
_TEST = late(
    r"__jsl?_?clearance|acw_sc__v\d|aliyun_waf|\$_ts\b|yunsuo_session|safedog|btwaf|_cf_chl_|/cdn-cgi/challenge-platform"
    r"|jschl[_-]|_Incapsula_Resource|/_sec/cp_challenge|AwsWaf|slowaes|geetest|nc_1_n1z|captcha|/turnstile/|yidun",
    re.IGNORECASE,
)
_SETS_COOKIE = late(r"\bcookie\b", re.IGNORECASE)
_COMES_AGAIN = late(r"\b(?:reload|replace|href|assign|submit)\b")


def find_wall(page: Page, title: str = "", text: str = "") -> Wall | None:
    """What stands in place of a page, if that is what it is.

    `title` and `text` are those of the story that was read from the page, if one was. A story about captchas, logins or
    maintenance is none: a notice begins its line, and there is little else.
    """
    if len(text) > _LONGEST_TEXT:
        return None
    shown = "\n".join(line.text for line in page_lines(page))
    if len(shown) <= _FEWEST_WORDS and (words := _test(page.root)):
        return Wall(Rejection.CHALLENGE, words)
    titles = [words[:_LONGEST_TITLE] for words in (title, read_metadata(page).document_title)]
    said = text if text and len(shown) > _FEWEST_WORDS else shown
    if len(said) > _LONGEST_PAGE:
        said = ""
    for reason, notice in _NOTICES:
        for words in titles:
            if (match := notice.match(words)) and len(words) - match.end() <= _LONGEST_REST:
                return Wall(reason, words)
        if match := notice.search(said):
            return Wall(reason, match[0].strip()[:_LONGEST_WORDS])
    asks_for_password = page.root.find(".//input[@type='password']") is not None
    if asks_for_password and (form := _LOGIN_FORM.search("\n".join([*titles, said]))):
        return Wall(Rejection.LOGIN, form[0].strip())
    return None


def _test(root: Element) -> str:
    """What tells that a page of few words is there to run a script that tests for a browser, or ""."""
    if sum(1 for _ in root.iterfind(".//a[@href]")) > _FEWEST_LINKS:
        return ""
    for element in root.iter("script", "iframe"):
        script = element.get("src", "") + (element.text or "")
        if match := _TEST.search(script):
            return match[0]
        if _SETS_COOKIE.search(script) and "location" in script and _COMES_AGAIN.search(script):
            return "a script that sets a cookie and comes again"
    return ""
