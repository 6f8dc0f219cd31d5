"""Certificates: one that no authority has signed, and those of an authority of one's own."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def of_nobody(host: str = "localhost") -> ssl.SSLContext:
    """What a server needs to speak TLS as `host`, on no word but its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        both = Path(folder) / "both.pem"
        written(both, host)
        context.load_cert_chain(both)
    return context


def written(both: Path, host: str) -> None:
    """Write a key and its certificate, for a name or an address, which is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _about(key, host).issuer_name(_name(host)).sign(key, hashes.SHA256())
    both.write_bytes(_private(key) + certificate.public_bytes(serialization.Encoding.PEM))


class Authority:
    """An authority of one's own, whose certificate lies at `path`; its word counts for whoever has that file."""

    def __init__(self, path: Path, name: str = "an authority of our own") -> None:
        self.path = path
        self._name = _name(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _about(self._key, name)
            .issuer_name(self._name)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, both: Path, host: str) -> None:
        """Write a key and its certificate, for a name or an address."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _about(key, host)
            .issuer_name(self._name)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        both.write_bytes(_private(key) + certificate.public_bytes(serialization.Encoding.PEM))


def _about(key: ec.EllipticCurvePrivateKey, host: str) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(host))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([_general(host)]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _name(host: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
