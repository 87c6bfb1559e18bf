"""Cards in the wallets of phones, checked as a phone would: against an authority of our own."""

import base64
import hashlib
import json
import subprocess
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import httpx
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from PIL import Image
from tests.conftest import Served
from tests.loyalty.members import bought, earn, live, somebody
from tests.loyalty.test_wallet import session_of
from tests.world import World

from portico.integrations.passes import pass_makers
from portico.platform import clock
from portico.platform.db import Database
from portico.platform.settings import Settings


class Authority(msgspec.Struct):
    """Files as an operator has them from Apple and Google."""

    folder: Path
    root: Path
    settings: dict[str, object]
    google: rsa.RSAPublicKey


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(**parts: str) -> x509.Name:
    oids = {"cn": NameOID.COMMON_NAME, "ou": NameOID.ORGANIZATIONAL_UNIT_NAME, "uid": NameOID.USER_ID}
    return x509.Name([x509.NameAttribute(oids[name], value) for name, value in parts.items()])


def _certificate(
    subject: x509.Name, key: rsa.RSAPrivateKey, issuer: x509.Name, signer: rsa.RSAPrivateKey, *, ca: bool
) -> x509.Certificate:
    now = clock.now()
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
    builder = builder.not_valid_after(now + timedelta(days=30))
    builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    return builder.sign(signer, hashes.SHA256())


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("passes")
    root, middle, leaf, google = _key(), _key(), _key(), _key()
    root_name, middle_name = _name(cn="Root"), _name(cn="WWDR")
    made = {
        "root.pem": _certificate(root_name, root, root_name, root, ca=True),
        "wwdr.pem": _certificate(middle_name, middle, root_name, root, ca=True),
        "pass.pem": _certificate(_name(uid="pass.com.example.casa", ou="TEAM123", cn="Pass"), leaf, middle_name, middle, ca=False),
    }  # fmt: skip
    for name, certificate in made.items():
        (folder / name).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(leaf.private_bytes(pem, pkcs8, serialization.BestAvailableEncryption(b"sesame")))
    account = {
        "client_email": "wallet@example.iam.gserviceaccount.com", "private_key_id": "k1",
        "private_key": google.private_bytes(pem, pkcs8, serialization.NoEncryption()).decode(),
    }  # fmt: skip
    (folder / "google.json").write_text(json.dumps(account))
    settings = {
        "apple_pass_certificate": folder / "pass.pem", "apple_pass_key": folder / "key.pem",
        "apple_pass_key_password": "sesame", "apple_wwdr_certificate": folder / "wwdr.pem",
        "google_wallet_key": folder / "google.json", "google_wallet_issuer_id": "3388000000022",
    }  # fmt: skip
    return Authority(folder, folder / "root.pem", settings, google.public_key())


async def test_a_card_for_apple_wallet_is_whole_and_signed_by_its_chain(
    served: Served, database: Database, world: World, authority: Authority, tmp_path: Path
) -> None:
    await live(database, world)
    who = await somebody(database, world, "Лусия \N{SMILING FACE WITH SUNGLASSES}")
    await earn(database, await bought(database, world, who, ("LAMP-1", 1)))
    cookies = await session_of(database, who)
    async with served(**authority.settings) as url, httpx.AsyncClient(base_url=url, cookies=cookies) as phone:
        assert (await phone.get("/v1/wallet-passes")).json() == {"kinds": ["apple", "google"]}
        answer = await phone.get("/v1/wallet-passes/apple", params={"market": "es"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/vnd.apple.pkpass")
    files = {
        name: found.read(name) for found in [zipfile.ZipFile(BytesIO(answer.content))] for name in found.namelist()
    }
    manifest = json.loads(files["manifest.json"])
    assert manifest == {
        name: hashlib.sha1(content).hexdigest()
        for name, content in files.items()
        if name not in ("manifest.json", "signature")
    }
    card = json.loads(files["pass.json"])
    assert (card["passTypeIdentifier"], card["teamIdentifier"]) == ("pass.com.example.casa", "TEAM123")
    assert card["storeCard"]["headerFields"][0]["value"] == "49"
    assert card["storeCard"]["secondaryFields"][-1]["value"].startswith("Лусия")
    assert len(card["barcodes"][0]["message"]) == 13
    assert Image.open(BytesIO(files["icon@2x.png"])).size == (58, 58)
    (tmp_path / "manifest.json").write_bytes(files["manifest.json"])
    (tmp_path / "signature").write_bytes(files["signature"])
    words = ["openssl", "smime", "-verify", "-binary", "-inform", "DER", "-in", "signature", "-content", "manifest.json",
             "-CAfile", str(authority.root), "-purpose", "any"]  # fmt: skip
    good = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False)  # noqa: ASYNC221 - a few milliseconds
    assert good.returncode == 0, good.stderr
    (tmp_path / "manifest.json").write_bytes(files["manifest.json"].replace(b"icon.png", b"icoN.png"))
    bad = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False)  # noqa: ASYNC221
    assert bad.returncode != 0


async def test_a_link_for_google_wallet_holds_the_whole_card_signed_by_the_service_account(
    served: Served, database: Database, world: World, authority: Authority
) -> None:
    await live(database, world)
    who = await somebody(database, world)
    await earn(database, await bought(database, world, who, ("LAMP-1", 1)))
    cookies = await session_of(database, who)
    async with served(**authority.settings) as url, httpx.AsyncClient(base_url=url, cookies=cookies) as phone:
        link = (await phone.get("/v1/wallet-passes/google", params={"market": "es"})).json()["url"]
        head, body, signature = link.removeprefix("https://pay.google.com/gp/v/save/").split(".")
        authority.google.verify(_read(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
        claims = json.loads(_read(body))
        (card,) = claims["payload"]["loyaltyObjects"]
        (kind,) = claims["payload"]["loyaltyClasses"]
        assert (json.loads(_read(head))["alg"], claims["typ"], card["classId"]) == ("RS256", "savetowallet", kind["id"])
        assert card["loyaltyPoints"]["balance"]["string"] == "49"
        logo = await phone.get(kind["programLogo"]["sourceUri"]["uri"])
    assert Image.open(BytesIO(logo.content)).format == "PNG"


def _read(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


async def test_where_nothing_is_set_up_it_says_so_and_no_button_is_shown(
    served: Served, database: Database, world: World
) -> None:
    await live(database, world)
    who = await somebody(database, world)
    async with served() as url, httpx.AsyncClient(base_url=url, cookies=await session_of(database, who)) as phone:
        assert (await phone.get("/v1/wallet-passes")).json() == {"kinds": []}
        for kind in ("apple", "google"):
            answer = await phone.get(f"/v1/wallet-passes/{kind}", params={"market": "es"})
            assert (answer.status_code, answer.json()["code"]) == (409, "loyalty.no_passes")


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("apple_pass_key", "missing.pem", "PORTICO_APPLE_PASS_KEY"),
        ("apple_pass_key", "google.json", "cannot be read"),
        ("apple_pass_key_password", "wrong", "cannot be read"),
        ("apple_wwdr_certificate", "", "PORTICO_APPLE_WWDR_CERTIFICATE"),
        ("apple_pass_certificate", "root.pem", "not the key of"),
        ("google_wallet_key", "root.pem", "PORTICO_GOOGLE_WALLET_KEY"),
        ("google_wallet_issuer_id", "", "PORTICO_GOOGLE_WALLET_ISSUER_ID"),
    ],
)
def test_files_that_do_not_do_are_named_at_the_start(
    authority: Authority, setting: str, value: str, told: str, tmp_path: Path
) -> None:
    given = value if setting.endswith(("password", "id")) else authority.folder / value if value else None
    with pytest.raises(ValueError, match=told):
        pass_makers(Settings(**{"data": tmp_path, **authority.settings, setting: given}))  # type: ignore[arg-type]
