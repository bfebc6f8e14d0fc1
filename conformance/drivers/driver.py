# Lets the Python snippet, whose folder is the first argument, sign the cases on stdin.
import base64, sys

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from signed_request import sign

for line in sys.stdin:
    method, target, body, idempotency_key, created, nonce = line.rstrip("\n").split("\t")
    headers = sign(method, target, base64.b64decode(body), idempotency_key, created, nonce)
    print("\t".join(headers.get(name, "") for name in ("content-digest", "signature-input", "signature")))
