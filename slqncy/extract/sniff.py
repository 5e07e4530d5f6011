"""Is this HTML at all?"""

import re

_START = 100_000
_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|title|meta|table|div|p|br|a|h1)[\s/>]", re.IGNORECASE)


def is_html(body: bytes) -> bool:
    """Whether the first 100,000 bytes hold a tag of HTML, in any encoding; the server's word for it is worth little."""
    # UTF-16 writes ASCII with a NUL beside each byte.
    return bool(_MARKUP.search(body[:_START].replace(b"\0", b"")))


def is_markup(body: bytes) -> bool:
    """Whether it is HTML, or XML that begins at once; nothing that is packed is."""
    return is_html(body) or body[:_START].lstrip().startswith(b"<")
