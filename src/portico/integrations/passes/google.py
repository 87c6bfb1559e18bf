"""Passes for Google Wallet: an address with a token that the service account has signed (RS256), which holds the whole card.

As documented in "Working with JSON Web Tokens" (developers.google.com/wallet/retail/loyalty-cards): class and object are in the token, so
that nothing has to be asked of Google beforehand.
"""

import base64
import time
from typing import Any

import msgspec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from portico.integrations.passes import drawing
from portico.integrations.passes.apple import read
from portico.loyalty.ports import Label, Pass, PassFace
from portico.platform.settings import Settings

SAVE = "https://pay.google.com/gp/v/save/"


class ServiceAccount(msgspec.Struct, frozen=True):
    """What is needed of a service account's file."""

    client_email: str
    private_key: str
    private_key_id: str = ""


class GooglePasses:
    """Signs as one service account, for one issuer."""

    kind = "google"

    def __init__(self, *, issuer_id: str, account: ServiceAccount, key: RSAPrivateKey, origin: str) -> None:
        self._issuer_id, self._account, self._key, self._origin = issuer_id, account, key, origin

    @classmethod
    def read(cls, settings: Settings) -> "GooglePasses":
        """Raises ValueError where the file is no service account's, or no issuer is named."""
        text = read("PORTICO_GOOGLE_WALLET_KEY", settings.google_wallet_key)
        if not settings.google_wallet_issuer_id:
            raise ValueError("PORTICO_GOOGLE_WALLET_ISSUER_ID is needed beside PORTICO_GOOGLE_WALLET_KEY")
        try:
            account = msgspec.json.decode(text, type=ServiceAccount)
            key = serialization.load_pem_private_key(account.private_key.encode(), None)
        except (msgspec.DecodeError, ValueError, TypeError) as wrong:
            raise ValueError(f"PORTICO_GOOGLE_WALLET_KEY is no service account's file: {wrong}") from None
        if not isinstance(key, RSAPrivateKey):
            raise ValueError("PORTICO_GOOGLE_WALLET_KEY holds no RSA key")
        return cls(issuer_id=settings.google_wallet_issuer_id, account=account, key=key, origin=settings.reached_at)

    def make(self, face: PassFace) -> Pass:
        claims = {
            "iss": self._account.client_email, "aud": "google", "typ": "savetowallet", "iat": int(time.time()),
            "origins": [self._origin],
            "payload": {"loyaltyClasses": [self._class(face)], "loyaltyObjects": [self._object(face)]},
        }  # fmt: skip
        header = {"alg": "RS256", "typ": "JWT", "kid": self._account.private_key_id}
        body = f"{_part(header)}.{_part(claims)}"
        signature = self._key.sign(body.encode(), padding.PKCS1v15(), hashes.SHA256())
        return Pass(url=f"{SAVE}{body}.{_base64(signature)}")

    def logo(self, accent: str) -> bytes:
        return drawing.icon(accent, drawing.LOGO_PX)

    def _class(self, face: PassFace) -> dict[str, Any]:
        return {
            "id": f"{self._issuer_id}.{face.programme_code}",
            "issuerName": face.organisation,
            "programName": face.programme,
            "programLogo": {"sourceUri": {"uri": face.logo_url}},
            "hexBackgroundColor": face.accent,
            "reviewStatus": "UNDER_REVIEW",
        }

    def _object(self, face: PassFace) -> dict[str, Any]:
        lines = [one for one in (face.tier, face.worth) if one]
        return {
            "id": f"{self._issuer_id}.{face.serial}",
            "classId": f"{self._issuer_id}.{face.programme_code}",
            "state": "ACTIVE",
            "accountId": face.number,
            "accountName": face.holder[1],
            "loyaltyPoints": _points(face.points),
            "barcode": {"type": "CODE_128", "value": face.number, "alternateText": face.number},
            "textModulesData": [
                {"id": f"line{i}", "header": label, "body": value} for i, (label, value) in enumerate(lines)
            ],
        }


def _points(label: Label) -> dict[str, Any]:
    return {"label": label[0], "balance": {"string": label[1]}}


def _part(value: Any) -> str:
    return _base64(msgspec.json.encode(value))


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
