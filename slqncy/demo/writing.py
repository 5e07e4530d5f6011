"""Local-news stories written for this project, from phrase banks and a seed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise
from random import Random

from .phrases import Phrases, Topic, Voice, load_phrases
from .story import DemoStory

BEIJING = timezone(timedelta(hours=8))
FIRST_DAY = datetime(2015, 11, 2, 7, 0, tzinfo=BEIJING)
DAYS = 1735
SHORTEST, LONGEST = 190, 1270
# The real site's texts carry ASCII punctuation; a part keeps the full-width marks of Chinese print.
HALF_WIDTH = str.maketrans("，：；？！（）", ",:;?!()")


def write_stories(count: int, seed: int) -> list[DemoStory]:
    """`count` stories of 200 to 1,500 characters; the same seed gives the same, a smaller count a prefix."""
    phrases = load_phrases()
    return [_write(phrases, Random(f"{seed}/{number}")) for number in range(count)]


def _write(phrases: Phrases, rng: Random) -> DemoStory:
    topic = rng.choice(phrases.topics)
    published = FIRST_DAY + timedelta(days=rng.randrange(DAYS), minutes=rng.randrange(14 * 60))
    voice = Voice(rng, published, phrases.cast, {**phrases.pool, **topic.pool})
    title = _title(voice, topic)
    sentences = _sentences(voice, topic, phrases.middle)
    byline, authors = _byline(voice)
    publication = _publication(voice) if _chance(rng, 15) else ""
    if _chance(rng, 80):
        title, sentences = title.translate(HALF_WIDTH), [sentence.translate(HALF_WIDTH) for sentence in sentences]
    title_lines: tuple[int, ...] = ()
    if _chance(rng, 50):
        paragraphs = _run_on(rng, sentences, publication, byline)
    else:
        paragraphs = _paragraphed(rng, sentences, publication, byline)
        if _chance(rng, 40):
            title_lines = tuple(sorted(rng.sample(range(1, len(paragraphs)), rng.randint(1, 2))))
    return DemoStory(
        title=title,
        paragraphs=tuple(paragraphs),
        title_lines=title_lines,
        byline=byline,
        authors=authors,
        publication=publication,
        source_name=voice.say("{paper}")
        if publication or _chance(rng, 60)
        else rng.choice(("本站", "本地融媒体", "江畔在线")),
        published=published,
        keywords=topic.keywords,
    )


def _chance(rng: Random, percent: int) -> bool:
    return rng.randrange(100) < percent


def _title(voice: Voice, topic: Topic) -> str:
    pattern = voice.rng.choice(topic.titles)
    if _chance(voice.rng, 20):
        pattern = pattern.replace("{street}", "{street}({village})", 1)
    return (" " if _chance(voice.rng, 3) else "") + voice.say(pattern)


def _sentences(voice: Voice, topic: Topic, common: list[str]) -> list[str]:
    rng = voice.rng
    own, shared = (rng.sample(bank, len(bank)) for bank in (topic.middle, common))
    length = rng.randint(SHORTEST, LONGEST)
    said = [voice.say(rng.choice(topic.leads))]
    while sum(map(len, said)) < length and (own or shared):
        bank = own if own and (not shared or _chance(rng, 55)) else shared
        said.append(voice.say(bank.pop()))
    return [*said, voice.say(rng.choice(topic.ends))]


def _byline(voice: Voice) -> tuple[str, tuple[str, ...]]:
    rng = voice.rng
    # Two names run together can only be told apart when they are of one length.
    pattern = "{surname}{given}" + rng.choice(("", "{given}"))
    first, second = voice.say(pattern), voice.say(pattern)
    if first == second:
        return first, (first,)
    forms = (
        (40, first, (first,)),
        (25, first + second, (first, second)),
        (20, f"记者{first}", (first,)),
        (13, f"记者 {first} 通讯员 {second}", (first, second)),
        (2, "也称为", ()),
    )
    _, byline, authors = rng.choices(forms, [form[0] for form in forms])[0]
    return byline, authors


def _publication(voice: Voice) -> str:
    day = voice.day
    return f"{day.year}年{day.month}月{day.day}日刊登在《{voice.say('{paper}')}》" + voice.say("[头版|第{2-8}版]")


def _run_on(rng: Random, sentences: list[str], publication: str, byline: str) -> list[str]:
    spoken = [f"{s[:-1]} " if s.endswith("。") and _chance(rng, 75) else s for s in sentences[:-1]]
    return [f"{publication} " * bool(publication) + "".join(spoken) + f"{sentences[-1].rstrip('。')} ({byline})"]


def _paragraphed(rng: Random, sentences: list[str], publication: str, byline: str) -> list[str]:
    closing = [f"({byline})"] if _chance(rng, 30) else []
    opening = [publication] if publication else []
    count = min(rng.randint(3, 6 - len(closing) - len(opening)), len(sentences))
    cuts = [0, *sorted(rng.sample(range(1, len(sentences)), count - 1)), len(sentences)]
    told = ["".join(sentences[start:end]) for start, end in pairwise(cuts)]
    if not closing:
        told[-1] += f"({byline})"
    return [*opening, *told, *closing]
