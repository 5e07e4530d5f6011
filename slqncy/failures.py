"""Downloads that fail for a reason that asking again at once would not mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from OpenSSL.SSL import Error as TlsError
from scrapy.exceptions import IgnoreRequest
from service_identity import VerificationError
from twisted.web._newclient import ParseError, ResponseFailed

if TYPE_CHECKING:
    from scrapy.exceptions import DownloadFailedError

_NOT_HTTP = (ParseError, ValueError, KeyError)
"""What Twisted's parser raises, the last two for headers whose values are none."""

_MOST_SHOWN = 200
"""Characters of what a server said."""


class NoAnswerError(IgnoreRequest):
    """No page came, and another request would bring none either; the message says why."""


class HostError(NoAnswerError):
    """Nothing may be asked of the host, robots.txt no more than any page."""


class ForbiddenAddressError(HostError):
    """The host is at an address that is not on the public internet."""


class CertificateError(HostError):
    """The server cannot prove over TLS that it is the site."""


class MalformedError(NoAnswerError):
    """The answer is not HTTP."""


def told_apart(error: DownloadFailedError, received: bytes) -> Exception:
    """What a failed download with this answer was, or the same error where the connection was lost."""
    failed = error.__cause__
    for reason in (failure.value for failure in failed.reasons) if isinstance(failed, ResponseFailed) else ():
        if isinstance(reason, TlsError):
            return CertificateError("; ".join(part for *_, part in reason.args[0]) or "TLS failed")
        if isinstance(reason, VerificationError):
            return CertificateError(f"the certificate is another host's: {reason}")
        if isinstance(reason, _NOT_HTTP):
            return MalformedError(f"the answer is not HTTP: {str(reason)[:_MOST_SHOWN]}")
    # The parser waits for the end of the first line, which never comes.
    if received and not received.startswith(b"HTTP/"):
        return MalformedError(f"the answer is not HTTP, but begins with {received[:20]!r}")
    return error
