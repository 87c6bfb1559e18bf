"""Passes for Apple Wallet: a zip of pass.json, pictures, a manifest of their SHA-1 sums, and a detached PKCS #7 signature of that.

As documented in "Building a Pass" (developer.apple.com/documentation/walletpasses): store card, signed with the pass type's certificate,
Apple's intermediate (WWDR) beside it, the time of signing among the signed attributes.
"""

import hashlib
import zipfile
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs7

from portico.integrations.passes import drawing
from portico.loyalty.ports import Label, Pass, PassFace
from portico.platform.colors import ink_on
from portico.platform.settings import Settings

MEDIA_TYPE = "application/vnd.apple.pkpass"
PICTURES = (("icon.png", 29), ("icon@2x.png", 58), ("icon@3x.png", 87), ("logo.png", 50), ("logo@2x.png", 100))
EPOCH = (2026, 1, 1, 0, 0, 0)  # of the files in the zip: the same card gives the same bytes but for the signature

Key = RSAPrivateKey | EllipticCurvePrivateKey


class ApplePasses:
    """Signs with one pass type's certificate."""

    kind = "apple"

    def __init__(
        self, *, certificate: x509.Certificate, key: Key, intermediate: x509.Certificate, pass_type: str, team: str
    ) -> None:
        self._certificate, self._key, self._intermediate = certificate, key, intermediate
        self._pass_type, self._team = pass_type, team

    @classmethod
    def read(cls, settings: Settings) -> "ApplePasses":
        """From files in PEM. Raises ValueError with what cannot be read, or does not belong together."""
        named = {
            "PORTICO_APPLE_PASS_CERTIFICATE": settings.apple_pass_certificate,
            "PORTICO_APPLE_PASS_KEY": settings.apple_pass_key,
            "PORTICO_APPLE_WWDR_CERTIFICATE": settings.apple_wwdr_certificate,
        }
        texts = {name: read(name, path) for name, path in named.items()}
        password = settings.apple_pass_key_password
        try:
            certificate, intermediate = (
                x509.load_pem_x509_certificate(texts[name])
                for name in ("PORTICO_APPLE_PASS_CERTIFICATE", "PORTICO_APPLE_WWDR_CERTIFICATE")
            )
            key = serialization.load_pem_private_key(
                texts["PORTICO_APPLE_PASS_KEY"], password.get_secret_value().encode() if password else None
            )
        except (ValueError, TypeError) as wrong:
            raise ValueError(f"the certificates of Apple passes cannot be read: {wrong}") from None
        if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey) or _der(key) != _der(certificate):
            raise ValueError("PORTICO_APPLE_PASS_KEY is not the key of PORTICO_APPLE_PASS_CERTIFICATE")
        subject = {one.oid.dotted_string: str(one.value) for one in certificate.subject}
        # Apple writes both into the certificate: its user id is the pass type, its organisational unit the team.
        return cls(
            certificate=certificate, key=key, intermediate=intermediate,
            pass_type=subject.get("0.9.2342.19200300.100.1.1", ""), team=subject.get("2.5.4.11", ""),
        )  # fmt: skip

    def make(self, face: PassFace) -> Pass:
        files = {"pass.json": msgspec.json.encode(self._card(face)), **_pictures(face.accent)}
        sums = {name: hashlib.sha1(content, usedforsecurity=False).hexdigest() for name, content in files.items()}
        files["manifest.json"] = msgspec.json.encode(sums)
        files["signature"] = self._signed(files["manifest.json"])
        kept = BytesIO()
        with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
        return Pass(kept.getvalue(), MEDIA_TYPE, f"{face.programme_code}.pkpass")

    def logo(self, accent: str) -> bytes:
        return drawing.icon(accent, drawing.LOGO_PX)

    def _card(self, face: PassFace) -> dict[str, Any]:
        barcode = {
            "format": "PKBarcodeFormatCode128", "message": face.number, "messageEncoding": "iso-8859-1",
            "altText": face.number,
        }  # fmt: skip
        return {
            "formatVersion": 1,
            "passTypeIdentifier": self._pass_type,
            "teamIdentifier": self._team,
            "serialNumber": face.serial,
            "organizationName": face.organisation,
            "description": face.programme,
            "logoText": face.programme,
            "backgroundColor": _rgb(face.accent),
            "foregroundColor": _rgb(ink_on(face.accent)),
            "labelColor": _rgb(ink_on(face.accent)),
            "barcodes": [barcode],
            "storeCard": {
                "headerFields": [_field("points", face.points)],
                "primaryFields": [_field("worth", face.worth)] if face.worth else [],
                "secondaryFields": [
                    *([_field("tier", face.tier)] if face.tier else []), _field("holder", face.holder),
                ],
                "backFields": [{"key": "link", "label": face.organisation, "value": face.link}] if face.link else [],
            },
        }  # fmt: skip

    def _signed(self, manifest: bytes) -> bytes:
        options = [
            pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities,
        ]  # fmt: skip
        builder = pkcs7.PKCS7SignatureBuilder().set_data(manifest)
        builder = builder.add_signer(self._certificate, self._key, hashes.SHA256())
        return builder.add_certificate(self._intermediate).sign(serialization.Encoding.DER, options)


def read(name: str, path: Path | None) -> bytes:
    """A file that a setting names. Raises ValueError with the setting's name where there is none."""
    if path is None:
        raise ValueError(f"{name} is needed beside the others")
    try:
        return path.read_bytes()
    except OSError as wrong:
        raise ValueError(f"{name}: {wrong}") from None


def _der(one: Key | x509.Certificate) -> bytes:
    key = one.public_key()
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


@lru_cache(maxsize=32)
def _pictures(accent: str) -> dict[str, bytes]:
    return {name: drawing.icon(accent, size) for name, size in PICTURES}


def _field(key: str, label: Label) -> dict[str, str]:
    return {"key": key, "label": label[0], "value": label[1]}


def _rgb(color: str) -> str:
    return f"rgb({int(color[1:3], 16)}, {int(color[3:5], 16)}, {int(color[5:7], 16)})"
