"""What is still to be asked of a site, in Redis, on scrapy-redis."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING

from scrapy_redis.dupefilter import RFPDupeFilter
from scrapy_redis.queue import FifoQueue
from scrapy_redis.scheduler import Scheduler as RedisScheduler

from slqncy.cluster import keys
from slqncy.cluster.session import ClusterSession
from slqncy.extensions.session import session_of
from slqncy.reasons import PageKind

if TYPE_CHECKING:
    from typing import Self

    from redis import Redis
    from redis.client import Pipeline
    from scrapy import Request
    from scrapy.crawler import Crawler

    from slqncy.cluster.share import Share
    from slqncy.spiders.stories import StoriesSpider


_PUSH_ONCE = """
if redis.call('sadd', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('lpush', KEYS[2], ARGV[2])
return 1
"""
"""Both at once: what is seen and not queued, nobody would ask for."""


class Queue(FifoQueue):  # type: ignore[misc]
    """First in, first out, as scrapy-redis has it, but for two things.

    There, a request is gone once a worker has it, and with that worker it is lost: here it goes to a second list, and
    leaves that when its outcome is acknowledged. And requests are pickled there, which whoever writes to the server
    could have run as code: here they are the three words that the spider makes one of.
    """

    def __init__(self, server: Redis, spider: StoriesSpider, name: str) -> None:
        super().__init__(server, spider, keys.requests(name), serializer=json)
        self._in_hand_key = keys.in_hand(name)
        self._in_hand: dict[str, bytes] = {}
        """What was taken and not dealt with, as it stands in Redis, by canonical URL."""
        self._push_once = server.register_script(_PUSH_ONCE)

    def _encode_request(self, request: Request) -> bytes:
        asked = request.cb_kwargs["url"], request.meta["kind"], request.meta.get("front", "")
        return json.dumps(asked, ensure_ascii=False).encode()

    def _decode_request(self, encoded_request: bytes) -> Request | None:
        """None where it is not to be asked for after all."""
        url, kind, front = json.loads(encoded_request)
        self._in_hand[url] = encoded_request
        request: Request | None = self.spider.ask(url, PageKind(kind), front)
        return request

    def push_once(self, request: Request, seen: str, fingerprint: str) -> bool:
        """Put a request behind the others, unless its fingerprint was among those seen. Gives whether it was not."""
        return bool(self._push_once(keys=[seen, self.key], args=[fingerprint, self._encode_request(request)]))

    def pop(self, timeout: float = 0) -> Request | None:
        """The next request, which stays in Redis until it is dealt with; None where there is none."""
        while data := self.server.lmove(self.key, self._in_hand_key, "RIGHT", "LEFT"):
            if request := self._decode_request(data):
                return request
        return None

    def give_back(self) -> int:
        """Put back, to be the next, what another worker had taken, or this one without knowing. Gives how many."""
        count, ours = 0, set(self._in_hand.values())
        for data in self.server.lrange(self._in_hand_key, 0, -1):
            if data not in ours:
                pipe = self.server.pipeline()
                pipe.lrem(self._in_hand_key, 1, data)
                pipe.rpush(self.key, data)
                pipe.execute()
                count += 1
        return count

    def stage_dealt_with(self, url: str, pipe: Pipeline) -> None:
        """Have a transaction take out what was asked for with that canonical URL, if anything was."""
        if (data := self._in_hand.get(url)) is not None:
            pipe.lrem(self._in_hand_key, 1, data)  # type: ignore[arg-type]

    def forget(self, url: str) -> None:
        """The transaction was executed."""
        self._in_hand.pop(url, None)


class Scheduler(RedisScheduler):  # type: ignore[misc]
    """scrapy-redis's own, for the requests of one site in one round.

    The released one hands the spider to the statistics, which today's Scrapy warns of. What belongs to a request in
    hand - its retries and redirects, the further pages of its story - stays with the worker that has it.
    """

    def __init__(self, session: ClusterSession, share: Share) -> None:
        super().__init__(share.redis, persist=True, dupefilter=RFPDupeFilter(share.redis, keys.seen(share.site)))
        self._session = session
        self._share = share
        self._own: deque[Request] = deque()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a component."""
        session = session_of(crawler.settings)
        assert isinstance(session, ClusterSession)
        scheduler = cls(session, session.share(crawler.spider.address.site.name))  # type: ignore[union-attr]
        scheduler.stats = crawler.stats
        return scheduler

    def open(self, spider: StoriesSpider) -> None:
        """Go on with what is there."""
        self.spider = spider
        self.queue = self._share.queue = Queue(self.server, spider, self._share.site)
        self.queue.give_back()
        self._share.is_resumed = len(self.queue) > 0 and self._share.readings_before is None

    def enqueue_request(self, request: Request) -> bool:
        """Whether it is to be asked for: once in a round."""
        if "ticket" not in request.meta:
            self._own.append(request)
            return True
        with self._session.ends_where_the_server_does():
            return self.queue.push_once(request, self.df.key, self.df.request_fingerprint(request))
        return False

    def next_request(self) -> Request | None:
        """The next one."""
        if self._own:
            return self._own.popleft()
        with self._session.ends_where_the_server_does():
            return self.queue.pop()
        return None

    def has_pending_requests(self) -> bool:
        """Whether there is a next one."""
        if self._own:
            return True
        with self._session.ends_where_the_server_does():
            # Where an answer of the server was lost, a request is in this worker's hand without its knowing.
            return len(self.queue) > 0 or self.queue.give_back() > 0
        return False
