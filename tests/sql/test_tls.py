"""TLS to SQL servers: the chain and the name are verified, and nothing is sent without."""

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import override_settings

from mcpserver.sql.errors import SqlUnreachable
from mcpserver.sql.session import Target, open_session
from tests.sql.mariadb import install, serving
from tidbmcp.lib.clock import now
from tidbmcp.lib.secrets import Secret

PASSWORD = "only for this test"
INIT = f"CREATE USER reader@'%' IDENTIFIED BY '{PASSWORD}'", "GRANT SELECT ON *.* TO reader@'%'"


class Authority:
    """A certificate authority of our own."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._sign(name, self.key, x509.BasicConstraints(ca=True, path_length=0), name)
        self.path = folder / f"{name}.pem"
        self.path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str) -> tuple[Path, Path]:
        """Certificate and key for a server at this address."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(name, key, x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]), "our CA")
        paths = self.folder / f"{name}-cert.pem", self.folder / f"{name}-key.pem"
        paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        plain = serialization.NoEncryption()
        paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
        return paths

    def _sign(
        self, name: str, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType, issuer: str
    ) -> x509.Certificate:
        def names(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        builder = x509.CertificateBuilder(names(issuer), names(name), key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now() - timedelta(hours=1)).not_valid_after(now() + timedelta(hours=1))
        return builder.add_extension(extension, critical=False).sign(self.key, hashes.SHA256())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    install(folder, *INIT)
    return folder


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    return Authority(folder, "our CA")


@pytest.fixture(scope="module")
def port(folder: Path, authority: Authority) -> Iterator[int]:
    certificate, key = authority.issue("127.0.0.1")
    tls = [f"--ssl-ca={authority.path}", f"--ssl-cert={certificate}", f"--ssl-key={key}"]
    with serving(folder, *tls) as port:
        yield port


def connect(host: str, port: int, authority: Path) -> str:
    """The cipher of a session, as production opens one."""
    with override_settings(PRODUCTION=True, SQL_TLS_CA=str(authority)):
        session = open_session(Target(host, port, "reader", "1"), Secret(PASSWORD))
    session.connection.query("SHOW STATUS LIKE 'Ssl_cipher'")
    cipher = str(session.connection.store_result().fetch_row()[0][1])
    session.close()
    return cipher


def test_a_server_with_the_right_chain_and_name_is_accepted(port: int, authority: Authority) -> None:
    assert connect("127.0.0.1", port, authority.path)


def test_a_server_under_another_name_is_refused(port: int, authority: Authority) -> None:
    with pytest.raises(SqlUnreachable):
        connect("127.0.0.2", port, authority.path)


def test_a_server_of_another_authority_is_refused(port: int, folder: Path) -> None:
    with pytest.raises(SqlUnreachable):
        connect("127.0.0.1", port, Authority(folder, "somebody's CA").path)


def test_a_server_without_tls_is_refused(authority: Authority, tmp_path: Path) -> None:
    install(tmp_path, *INIT)
    with serving(tmp_path, "--skip-ssl") as port:
        with pytest.raises(SqlUnreachable):
            connect("127.0.0.1", port, authority.path)
