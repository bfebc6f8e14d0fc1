# Receives Countersign's webhooks and verifies them. Python 3.9 or newer, nothing to install.
#   export COUNTERSIGN_WEBHOOK_SECRET=whsec_...
#   python3 receiver.py
import base64, hashlib, hmac, json, os, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = base64.b64decode(os.environ["COUNTERSIGN_WEBHOOK_SECRET"].removeprefix("whsec_"))
TOLERANCE_SECONDS = 300
BODY_BYTES_MAX = 1024 * 1024


def is_genuine(body, webhook_id, timestamp, signatures):
    """Whether Countersign sent these very bytes, just now."""
    if not webhook_id or not (timestamp.isascii() and timestamp.isdigit()):
        return False
    if abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    mac = hmac.new(SECRET, f"{webhook_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    wanted = b"v1," + base64.b64encode(mac)
    # During a rotation there are several; one that matches is enough.
    return any(hmac.compare_digest(wanted, each.encode()) for each in signatures.split(" "))


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(min(length, BODY_BYTES_MAX))
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        if not is_genuine(body, *(self.headers.get(name) or "" for name in names)):
            return self.answer(400)
        event = json.loads(body)
        # The same event can arrive twice: remember its id. Answer first, work afterwards.
        print(event["id"], event["type"], flush=True)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    ThreadingHTTPServer(("", int(os.environ.get("PORT", 4800))), Receiver).serve_forever()
