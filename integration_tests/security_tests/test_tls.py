"""The connector trusts no server that cannot prove its name."""

import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integration_tests.security_tests.servers import answering
from integration_tests.support.assertions import assert_failed
from integration_tests.support.commands import read_boards_from
from integration_tests.support.pinterest import Simulator
from integration_tests.support.syncs import read_with_main

TURNED_OFF = {"REQUESTS_CA_BUNDLE": "", "CURL_CA_BUNDLE": "", "SSL_CERT_FILE": "", "PYTHONHTTPSVERIFY": "0"}


@pytest.fixture(autouse=True)
def _no_certificates_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would be looked at whatever else decides it."""
    for variable in TURNED_OFF:
        monkeypatch.delenv(variable, raising=False)


def test_an_untrusted_certificate_gets_no_token(tmp_path: Path) -> None:
    """The environment does not change that."""
    with Simulator() as sim, self_signed(tmp_path) as (url, seen):
        assert_failed(
            read_boards_from(url, sim.access_token_config(max_wait_minutes=0)), "boards", "transient_error", "SSLError"
        )
        config = sim.access_token_config(max_wait_minutes=0)
        output = read_with_main(sim, ["boards"], config=config, environment={**TURNED_OFF, "PINTEREST_API_URL": url})
        assert_failed(output, "boards", "transient_error", "SSLError")
        assert seen == []


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_certificates_that_the_environment_names_are_trusted_on_this_machine_too(variable: str, tmp_path: Path) -> None:
    with Simulator() as sim, self_signed(tmp_path) as (url, seen):
        environment = {variable: str(tmp_path / "certificate.pem"), "PINTEREST_API_URL": url}
        config = sim.access_token_config(max_retries=0)
        output = read_with_main(sim, ["boards"], config=config, environment=environment)
        assert_failed(output, "boards", "transient_error", "HTTP 503")
        assert len(seen) == 1


@contextmanager
def self_signed(folder: Path) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server behind a certificate that it has signed itself; its API address, and the requests that came."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*_certificate(folder))
    with answering(503, context) as served:
        yield served


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))  # OpenSSL compares with the machine's clock
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return certificate_file, key_file
