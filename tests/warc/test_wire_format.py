"""Taking apart what came over the wire, and putting it together again."""

from __future__ import annotations

import gzip
import time
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slqncy.warc.wire import Answer, frame, header_lines, read_answer, restore, unframe

MOST_HEAD = 32 * 1024
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def answer_of(received: bytes) -> Answer:
    answer = read_answer(received)
    assert answer is not None
    return answer


# Any bytes, in any chunks

LINE_ENDS = st.sampled_from([b"\r\n", b"\n"])
EXTENSIONS = st.sampled_from([b"", b";a", b' ; a="b c"', b";\xd0\xc2", b"\t"])
SIZES = st.sampled_from(["%x", "%X", "000%x", "%040x"])


@st.composite
def chunked_bodies(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A payload, and it in chunks."""
    chunks = draw(st.lists(st.binary(min_size=1, max_size=40), max_size=20))
    parts: list[bytes] = []
    for chunk in chunks:
        size = (draw(SIZES) % len(chunk)).encode()
        parts += size + draw(EXTENSIONS), draw(LINE_ENDS), chunk, draw(LINE_ENDS)
    trailers = draw(st.sampled_from([b"", b"X-Sum: 1\r\n", b"no colon\n"]))
    last = draw(st.sampled_from([b"0", b"000", b"0;last"])) + draw(LINE_ENDS) + trailers + draw(LINE_ENDS)
    return b"".join(chunks), b"".join(parts) + last + draw(st.binary(max_size=10))


@given(chunked_bodies())
def test_any_body_in_any_chunks_is_taken_out_of_them_and_put_back(bodies: tuple[bytes, bytes]) -> None:
    payload, body = bodies
    answer = answer_of(CHUNKED + body)
    assert answer.payload == payload
    assert answer.received() == CHUNKED + body


@given(chunked_bodies(), st.integers(min_value=0))
def test_a_body_that_is_cut_anywhere_is_kept_as_far_as_it_came(bodies: tuple[bytes, bytes], cut: int) -> None:
    payload, body = bodies
    body = body[: cut % (len(body) + 1)]
    taken, framing = unframe(body)
    assert (frame(taken, framing) if framing else taken) == body
    assert not framing or payload.startswith(taken)


@given(st.binary())
@example(b"5\r\n")
@example(b"ffffffffffffffff\r\nx")
@example(b"0000000000000000000000005\r\n12345\r\n0\r\n\r\n")
def test_what_is_no_chunked_body_comes_back_too(body: bytes) -> None:
    assert answer_of(CHUNKED + body).received() == CHUNKED + body


# Any bytes at all

HEADER_PARTS = st.sampled_from(
    [
        b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b"\0", b"\xa0", b"\x85", b"\xe3\x80\x80", b"\x0b", b"X-Orig-",
        b"Transfer-Encoding: chunked", b"transfer-encoding:gzip, chunked", b"Set-Cookie: a=b", b"X" * 9000,
    ]
)  # fmt: skip
HEADS = st.lists(st.one_of(HEADER_PARTS, st.binary(max_size=8)), max_size=30).map(b"".join)


@given(st.binary())
def test_garbage_is_no_answer_or_comes_back(received: bytes) -> None:
    answer = read_answer(received)
    assert answer is None or answer.received() == received


@given(HEADS, st.binary(max_size=30))
@example(b"X: y\r\n\xa0\r\nZ: z", b"")
@example(b"X: y\n \nZ: z", b"body")
def test_any_head_comes_back_and_is_kept_as_readers_take_it(fields: bytes, body: bytes) -> None:
    received = OK + fields + b"\r\n\r\n" + body
    answer = answer_of(received)
    assert answer.received() == received
    assert len(answer.head) <= MOST_HEAD
    assert answer.head.endswith(b"\r\n\r\n")
    assert b"\n\r\n" not in answer.head[:-3]
    assert b"\n" not in answer.head.replace(b"\r\n", b"")
    assert b"\ntransfer-encoding:" not in answer.head.lower()


@given(HEADS, st.binary(max_size=30))
def test_what_is_kept_reads_the_same_again(fields: bytes, body: bytes) -> None:
    answer = answer_of(OK + fields + b"\r\n\r\n" + body)
    again = answer_of(answer.head + answer.payload)
    assert (again.head, again.payload, again.status) == (answer.head, answer.payload, answer.status)


# Heads, one by one


@pytest.mark.parametrize(
    ("received", "status"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", 200),
        (b"HTTP/1.0 404\n\n", 404),
        (b"http/2.0 999 \xd0\xc2\r\n\r\n", 999),
        (b"HTTP/1.1 100\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No\r\n\r\n", 204),
    ],
)
def test_status(received: bytes, status: int) -> None:
    assert answer_of(received).status == status


@pytest.mark.parametrize(
    "received",
    [
        b"",
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 200 OK\r\nX: y\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 200 " + b"x" * 20_000 + b"\r\n\r\n",
        b"ICY 200 OK\r\n\r\n",
        b"<html>\r\n\r\n",
        b"\r\nHTTP/1.1 200 OK\r\n\r\n",
    ],
)
def test_what_is_no_response(received: bytes) -> None:
    assert read_answer(received) is None


def test_a_plain_response_is_kept_as_it_is() -> None:
    received = OK + b"x-B: 1\r\nX-a:2\r\n folded\r\nno colon\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\nbody"
    answer = answer_of(received)
    assert answer.head + answer.payload == received
    assert (answer.original_head, answer.interim, answer.framing) == (b"", b"", "")


def test_a_transfer_encoding_is_renamed_since_the_body_is_without_it() -> None:
    answer = answer_of(CHUNKED + b"4\r\nbody\r\n0\r\n\r\n")
    assert answer.head == OK + b"X-Orig-Transfer-Encoding: chunked\r\n\r\n"
    assert answer.payload == b"body"
    assert answer.framing == "4%0D%0A:4*1 %0D%0A0%0D%0A:0*1 %0D%0A:0*1"
    assert answer.original_head == b""


def test_what_a_server_calls_x_orig_itself_is_not_mistaken() -> None:
    received = OK + b"X-Orig-Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"
    answer = answer_of(received)
    assert answer.head + answer.payload == received
    assert answer.received() == received


@pytest.mark.parametrize(
    ("field", "is_chunked"),
    [
        (b"transfer-encoding:CHUNKED", True),
        (b"Transfer-Encoding: gzip, chunked", True),
        (b"Transfer-Encoding:\r\n chunked", True),
        (b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", True),
        (b"Transfer-Encoding: chunked, gzip", False),
        (b"Transfer-Encoding: identity", False),
        (b"Transfer-Encoding: unchunked", False),
        (b"X: Transfer-Encoding: chunked", False),
    ],
)
def test_when_a_body_is_in_chunks(field: bytes, *, is_chunked: bool) -> None:
    answer = answer_of(OK + field + b"\r\n\r\n4\r\nbody\r\n0\r\n\r\n")
    assert (answer.payload == b"body") == is_chunked


def test_of_a_long_head_the_heaviest_headers_are_left_out() -> None:
    cookies = b"".join(b"Set-Cookie: cookie%d=%s\r\n" % (number, b"v" * 40) for number in range(1000))
    received = OK + b"Content-Type: text/html\r\n" + cookies + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"x")
    answer = answer_of(received)
    assert answer.head == OK + b"Content-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
    assert answer.received() == received


def test_header_lines() -> None:
    head = OK + b"A: 1\r\n  2\r\nno colon\r\na:  3  \nB:\r\n\r\n"
    assert header_lines(head) == [(b"A", b"1 2"), (b"a", b"3"), (b"B", b"")]


@pytest.mark.parametrize("framing", ["x", "5", "%0D:x*1", "a:1*x", ":*"])
def test_a_damaged_framing_is_an_error(framing: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        restore(OK + b"\r\n", b"payload", framing=framing)


# Costs


@pytest.mark.parametrize(("chunks", "times"), [(b"1\r\nx\r\n", 2_000_000), (b"1\r\nx\r\n01\r\ny\r\n", 200_000)])
def test_millions_of_chunks_take_seconds(chunks: bytes, times: int) -> None:
    received = CHUNKED + chunks * times + b"0\r\n\r\n"
    began = time.process_time()
    answer = answer_of(received)
    assert answer.received() == received
    assert time.process_time() - began < 20  # it takes 3
    assert len(answer.framing) < 3 * len(received)


@pytest.mark.parametrize("head", [OK + b"\r\n", CHUNKED + b"1000000\r\n"])
def test_a_body_of_16_mib_is_copied_twice_at_most(head: bytes) -> None:
    received = head + bytes(1 << 24)
    tracemalloc.start()
    try:
        answer_of(received)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3.1 * (1 << 24)
