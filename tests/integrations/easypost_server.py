"""A small server that speaks EasyPost's protocol, as far as labels and trackers go, with the weather of a real network.

`weather` says what becomes of the next requests: "ok", "slow" (done, and answered too late), "lost" (done, and the connection dropped),
"refused" (422), "down" (503, nothing done).
"""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY, SECRET = "EZTK-secret-key", "wéb hook secret"
PDF = b"%PDF-1.4 a label"


class EasyPostServer:
    def __init__(self) -> None:
        self.shipments: dict[str, dict] = {}
        self.weather: list[str] = []
        self.calls: list[str] = []
        self.bought = 0
        self.url = ""

    def answer(self, method: str, path: str, body: dict) -> tuple[int, dict]:
        parts = path.strip("/").split("/")
        if method == "POST" and parts == ["v2", "shipments"]:
            asked = body["shipment"]
            assert float(asked["parcel"]["weight"]) > 0 and asked["to_address"]["street1"]
            sender, receiver = asked["from_address"], asked["to_address"]
            if asked.get("is_return"):  # told with the addresses of the way out, and switched here
                sender, receiver = receiver, sender
            id = f"shp_{len(self.shipments):032x}"
            rates = [
                {"id": f"rate_{id}_{i}", "carrier": c, "service": s, "rate": r, "currency": "EUR", "delivery_days": d}
                for i, (c, s, r, d) in enumerate([("Correos", "Paq24", "6.90", 1), ("Correos", "Paq72", "4.255", 3)])
            ]
            self.shipments[id] = {
                "id": id, "object": "Shipment", "reference": asked.get("reference"), "rates": rates, "tracking_code": None,
                "postage_label": None, "selected_rate": None, "tracker": None, "is_return": bool(asked.get("is_return")),
                "from_address": sender, "to_address": receiver,
            }  # fmt: skip
            return 201, self.shipments[id]
        found = self.find(parts[2]) if len(parts) > 2 else None
        if found is None:
            return 404, {"error": {"code": "NOT_FOUND", "message": "The requested resource could not be found."}}
        if method == "POST" and parts[3:] == ["buy"]:
            if found["postage_label"]:
                return 422, {"error": {"code": "SHIPMENT.POSTAGE.EXISTS", "message": "Postage already exists."}}
            self.bought += 1
            found["selected_rate"] = next(one for one in found["rates"] if one["id"] == body["rate"]["id"])
            found["tracking_code"] = f"EZ{self.bought:08d}"
            found["postage_label"] = {
                "label_url": f"{self.url}/labels/{found['id']}",
                "label_file_type": "application/pdf",
            }
            found["tracker"] = {"public_url": f"https://track.easypost.com/{found['tracking_code']}"}
        return 200, found

    def find(self, name: str) -> dict | None:
        if name in self.shipments:
            return self.shipments[name]
        return next((one for one in reversed(self.shipments.values()) if one["reference"] == name), None)


def event(code: str, *steps: tuple[str, str]) -> bytes:
    """A tracker's event, as it is sent: all steps so far, the newest last."""
    details = [
        {"object": "TrackingDetail", "status": status, "datetime": at, "message": status.title(),
         "tracking_location": {"city": "Madrid", "state": None, "country": "ES", "zip": None}}
        for status, at in steps
    ]  # fmt: skip
    result = {"object": "Tracker", "tracking_code": code, "status": steps[-1][0], "updated_at": steps[-1][1],
              "est_delivery_date": "2026-12-01T00:00:00Z", "tracking_details": details}  # fmt: skip
    return json.dumps({"id": "evt_1", "object": "Event", "description": "tracker.updated", "result": result}).encode()


def signature(body: bytes) -> str:
    import unicodedata

    secret = unicodedata.normalize("NFKD", SECRET).encode()
    return f"hmac-sha256-hex={hmac.new(secret, body, hashlib.sha256).hexdigest()}"


@contextmanager
def easypost_server():  # type: ignore[no-untyped-def]
    world = EasyPostServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *words: object) -> None:
            pass

        def _serve(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            if self.path.startswith("/labels/"):
                assert "authorization" not in self.headers, "the key goes to EasyPost alone"
                return self._say(200, PDF, "application/pdf")
            given = base64.b64decode(self.headers["authorization"].removeprefix("Basic ")).decode()
            if given != f"{KEY}:":
                return self._say(401, b'{"error": {"code": "APIKEY.INACTIVE", "message": "no"}}')
            world.calls.append(f"{self.command} {self.path.split('/')[-1] if 'buy' in self.path else self.path}")
            weather = world.weather.pop(0) if world.weather else "ok"
            if weather == "down":
                return self._say(503, b"")
            if weather == "refused":
                return self._say(422, b'{"error": {"code": "ADDRESS.INVALID", "message": "no such street"}}')
            status, answer = world.answer(self.command, self.path, body)
            if weather == "slow":
                time.sleep(1.2)
            if weather == "lost":
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return None
            return self._say(status, json.dumps(answer).encode())

        def _say(self, status: int, body: bytes, kind: str = "application/json") -> None:
            try:
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:  # whoever asked has gone
                self.close_connection = True

        do_GET = do_POST = _serve

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    world.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
