"""Certificates that prove who a server is, and such as do not."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

_DAY = timedelta(days=1)
AUTHORITY = "authority.pem"
"""File with the certificate of the authority that those who trust it are to be told of (SSL_CERT_FILE)."""


class Certificate(Enum):
    """What a server on 127.0.0.1 shows."""

    GOOD = "good"
    EXPIRED = "expired"
    SELF_SIGNED = "self-signed"
    WRONG_NAME = "wrong name"


def server_context(shown: Certificate, directory: Path) -> ssl.SSLContext:
    """A server's side of TLS; the authority's certificate goes into the directory."""
    key, authority = _authority()
    (directory / AUTHORITY).write_bytes(authority.public_bytes(Encoding.PEM))
    own = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    until = now - _DAY if shown is Certificate.EXPIRED else now + _DAY
    name: x509.GeneralName = x509.IPAddress(IPv4Address("127.0.0.1"))
    if shown is Certificate.WRONG_NAME:
        name = x509.DNSName("other.example")
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name("server"))
        .issuer_name(_name("server") if shown is Certificate.SELF_SIGNED else authority.subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 2 * _DAY)
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .sign(own if shown is Certificate.SELF_SIGNED else key, hashes.SHA256())
    )
    both = directory / "server.pem"
    private = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    both.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context


@cache
def _authority() -> tuple[EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = _name("authority"), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - 2 * _DAY)
        .not_valid_after(now + _DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
