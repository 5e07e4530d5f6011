"""A response as it reads: its content codings undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.http import TextResponse
from scrapy.responsetypes import responsetypes

from slqncy.extract.sniff import is_markup
from slqncy.guards.codings import UndecodableError, named_codings, unpack

if TYPE_CHECKING:
    from scrapy.http import Response

_REDIRECTS = range(300, 400)


def decoded(response: Response, most_bytes: int) -> Response:
    """The response with its body unpacked, and without a Content-Encoding.

    A body that is markup as it stands is read as it stands, whatever the server says of it. Raises CodingError.
    """
    # Nobody reads what a redirect says besides where it leads.
    is_redirect = response.status in _REDIRECTS and "Location" in response.headers
    if "Content-Encoding" not in response.headers or is_redirect:
        return response
    try:
        body = unpack(response.body, named_codings(response.headers.getlist("Content-Encoding")), most_bytes)
    except UndecodableError:
        if not is_markup(response.body):
            raise
        body = response.body
    headers = response.headers.copy()
    del headers["Content-Encoding"]
    response_type = responsetypes.from_args(headers=headers, url=response.url, body=body)
    # The encoding that was guessed is that of the packed bytes.
    guess = {"encoding": None} if issubclass(response_type, TextResponse) else {}
    return response.replace(cls=response_type, headers=headers, body=body, **guess)
