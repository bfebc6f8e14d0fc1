#!/bin/bash
# Calls Countersign with a signed request. Needs bash, curl and openssl 3.
#   export COUNTERSIGN_PRIVATE_KEY=$(grep -v -e '-----' key.pem)
#   bash signed-request.sh GET /v1/me
#   bash signed-request.sh POST /v1/transactions '{"type":"deposit","amount":"10.00","currency":"USD"}'
# A retry passes the Idempotency-Key of the first attempt as a fourth argument.
set -eu
url=${COUNTERSIGN_URL:-http://localhost:4747}
public_key=${COUNTERSIGN_PUBLIC_KEY:-pk_test_YOUR_PUBLIC_KEY}
method=${1:-GET} target=${2:-/v1/me} body=${3-} idempotency_key=${4-$(openssl rand -hex 16)}
created=$(date +%s) nonce=$(openssl rand -hex 16)

authority=${url#*://} path=${target%%\?*} query='?'
case $target in *\?*) query="?${target#*\?}" ;; esac
covered='"@method" "@authority" "@path" "@query"'
base=$(printf '"@method": %s\n"@authority": %s\n"@path": %s\n"@query": %s' \
  "$method" "$authority" "$path" "$query")
cover() { # also signs one header, and sends it
  covered="$covered \"$1\""
  base=$(printf '%s\n"%s": %s' "$base" "$1" "$2")
}
set --
if [ -n "$body" ]; then
  digest="sha-256=:$(printf %s "$body" | openssl dgst -sha256 -binary | openssl base64 -A):"
  cover content-digest "$digest"
  cover content-type application/json
  set -- -H "Content-Digest: $digest" -H 'Content-Type: application/json' --data-binary "$body"
fi
if [ "$method" = POST ] && [ -n "$idempotency_key" ]; then
  cover idempotency-key "$idempotency_key"
  set -- "$@" -H "Idempotency-Key: $idempotency_key"
fi
parameters="($covered);created=$created;nonce=\"$nonce\";keyid=\"$public_key\";alg=\"ed25519\""
base=$(printf '%s\n"@signature-params": %s' "$base" "$parameters")

# openssl asks for the length of what Ed25519 signs beforehand, which only a file has.
base_file=$(mktemp)
trap 'rm -f "$base_file"' EXIT
printf %s "$base" >"$base_file"
pem() { printf '%s\n' '-----BEGIN PRIVATE KEY-----' "$COUNTERSIGN_PRIVATE_KEY" '-----END PRIVATE KEY-----'; }
signature=$(openssl pkeyutl -sign -rawin -in "$base_file" -inkey <(pem) | openssl base64 -A)

curl -gsS -X "$method" "$url$target" "$@" \
  -H "Signature-Input: sig1=$parameters" -H "Signature: sig1=:$signature:"
