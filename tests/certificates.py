"""Servers that prove who they are, and such as do not."""

from __future__ import annotations

import ssl
import warnings
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

_DAY = timedelta(days=1)


class Certificate(Enum):
    """What a server shows."""

    GOOD = "good"
    EXPIRED = "expired"
    NOT_YET = "not yet valid"
    SELF_SIGNED = "self-signed"
    WRONG_NAME = "of another name"


def authority(directory: Path) -> Path:
    """The file with the certificate of the authority, written for those who are to trust it (SSL_CERT_FILE)."""
    path = directory / "authority.pem"
    path.write_bytes(_authority()[1].public_bytes(Encoding.PEM))
    return path


def server_context(
    host: str, shown: Certificate, directory: Path, version: ssl.TLSVersion | None = None
) -> ssl.SSLContext:
    """The side of TLS of the server of a host, of any version that is thought safe or of this one."""
    key, issuer = _authority()
    own = ec.generate_private_key(ec.SECP256R1())
    named = "other.example" if shown is Certificate.WRONG_NAME else host
    certificate = _certificate(named, shown, own, issuer).sign(
        own if shown is Certificate.SELF_SIGNED else key, hashes.SHA256()
    )
    both = directory / "server.pem"
    private = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    both.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    if version:
        with warnings.catch_warnings():
            # Old versions are what is to be refused.
            warnings.simplefilter("ignore", DeprecationWarning)
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = version
    return context


def _certificate(
    host: str, shown: Certificate, own: EllipticCurvePrivateKey, issuer: x509.Certificate
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(host))
        .issuer_name(_name(host) if shown is Certificate.SELF_SIGNED else issuer.subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + _DAY / 2 if shown is Certificate.NOT_YET else now - 2 * _DAY)
        .not_valid_after(now - _DAY if shown is Certificate.EXPIRED else now + _DAY)
        .add_extension(x509.SubjectAlternativeName([_subject(host)]), critical=False)
    )


def _subject(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


@cache
def _authority() -> tuple[EllipticCurvePrivateKey, x509.Certificate]:
    key, name, now = ec.generate_private_key(ec.SECP256R1()), _name("authority"), datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - 2 * _DAY).not_valid_after(now + _DAY)
    certificate = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return key, certificate.sign(key, hashes.SHA256())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])
