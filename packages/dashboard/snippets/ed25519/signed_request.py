# Calls Countersign with a signed request. Python 3.9 or newer; its standard library has no
# Ed25519, so: pip install cryptography
#   export COUNTERSIGN_PRIVATE_KEY=$(grep -v -e '-----' key.pem)
#   python3 signed_request.py GET /v1/me
#   python3 signed_request.py POST /v1/transactions '{"type":"deposit","amount":"10.00","currency":"USD"}'
# A retry passes the Idempotency-Key of the first attempt as a fourth argument.
import base64, hashlib, os, secrets, sys, time, urllib.error, urllib.request
from cryptography.hazmat.primitives.serialization import load_der_private_key

BASE_URL = os.environ.get("COUNTERSIGN_URL", "http://localhost:4747")
PUBLIC_KEY = os.environ.get("COUNTERSIGN_PUBLIC_KEY", "pk_test_YOUR_PUBLIC_KEY")
PRIVATE_KEY = load_der_private_key(base64.b64decode(os.environ["COUNTERSIGN_PRIVATE_KEY"]), password=None)


def sign(method, target, body=None, idempotency_key=None, created=None, nonce=None):
    """The headers to send. Sign every attempt anew: a nonce works once."""
    path, _, query = target.partition("?")
    headers = {}
    if body:
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers["content-digest"] = f"sha-256=:{digest}:"
        headers["content-type"] = "application/json"
    if idempotency_key:
        headers["idempotency-key"] = idempotency_key
    components = {
        "@method": method,
        "@authority": BASE_URL.split("://")[1].lower(),
        "@path": path,
        "@query": "?" + query,
        **headers,
    }
    names = " ".join(f'"{name}"' for name in components)
    parameters = (
        f'({names});created={created or int(time.time())};nonce="{nonce or secrets.token_hex(16)}"'
        f';keyid="{PUBLIC_KEY}";alg="ed25519"'
    )
    lines = [f'"{name}": {value}' for name, value in components.items()]
    base = "\n".join([*lines, f'"@signature-params": {parameters}'])
    signature = PRIVATE_KEY.sign(base.encode())
    headers["signature-input"] = f"sig1={parameters}"
    headers["signature"] = f"sig1=:{base64.b64encode(signature).decode()}:"
    return headers


def send(method="GET", target="/v1/me", body="", retry_of=None):
    idempotency_key = (retry_of or secrets.token_hex(16)) if method == "POST" else None
    data = body.encode() or None
    headers = sign(method, target, data, idempotency_key)
    request = urllib.request.Request(BASE_URL + target, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


if __name__ == "__main__":
    print(*send(*sys.argv[1:]))
