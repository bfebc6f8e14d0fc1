/** Why signatures are refused, as `likely_cause_code` names it, and what to do. The table of docs/signing.md is tested against it. */
export const CAUSES = {
  'clock-behind': 'Set the clock that signs with NTP, and sign right before sending.',
  'clock-ahead': 'Set the clock that signs with NTP.',
  'created-unit': 'Give created in whole seconds: divide milliseconds by 1000.',
  'expires-passed': 'Leave expires out, or set it later.',
  'before-server-start': 'Sign again and send.',
  'secret-newline': 'Trim the secret where you read it.',
  'secret-quotes': 'Take the quotes off where you read the secret.',
  'secret-decoded': 'Use the characters of sk_… as they are; do not base64-decode them.',
  'secret-prefix-cut': 'Use the whole text, sk_… included.',
  'old-secret': 'Deploy the new secret; the overlap of the rotation is over.',
  'another-keys-secret': 'Send the Public Key and the secret of one key together.',
  'wrong-mode-secret': 'Send the Public Key and the secret of one mode together.',
  'foreign-authority': 'Sign and send the public address of the server, and let proxies pass Host on.',
  'proxy-changed-host': 'Let the proxy pass Host on unchanged (nginx: proxy_set_header Host $http_host).',
  'authority-port': 'Leave the default port out of @authority, and sign any other port as it is sent.',
  'query-reordered': 'Sign the query in the order in which it is sent; let no client or proxy sort it.',
  'query-reencoded':
    'Sign the query in the very characters that are sent; let no client or proxy encode it again.',
  'query-mark-missing': 'Begin the value of @query with its question mark; without a query it is ? alone.',
  'query-dropped': 'Sign the query that you send; let no proxy drop it or add one.',
  'path-with-query': 'Sign the path alone as @path; the query is @query.',
  'path-slash': 'Sign the path exactly as it is sent, with or without the slash at its end.',
  'path-prefix': 'Sign the path that reaches the server, or let the proxy keep the prefix.',
  'method-case': 'Sign the method as it is sent, in capitals.',
  'method-changed': 'Sign the method that is sent; leave method overrides out.',
  'component-order': 'Lay out the base in the order in which Signature-Input names the components.',
  'parameter-order': 'Send in Signature-Input the very text that you signed as @signature-params.',
  'params-with-label': 'Sign @signature-params without the label: from the opening parenthesis on.',
  'base-newline': 'End the base with its last line, without a line feed.',
  'base-crlf': 'Join the lines of the base with LF alone.',
  'base-unquoted': 'Put every component name of the base in double quotes.',
  'hex-instead-of-base64': 'Write the raw 32 bytes of the MAC in base64, not their hex digits.',
  'base64url-instead-of-base64': 'Write the signature in standard base64, with + and /.',
  'base64-unpadded': 'Pad the base64 of the signature with =.',
  'signature-length': 'Send the base64 of the raw 32 bytes of the HMAC-SHA-256.',
  'other-algorithm': 'Use the algorithm of the key, or leave alg out.',
  'hmac-instead-of-ed25519': 'Sign with the private half of the key pair.',
  'nonce-reused': 'Make a new random nonce for every request, retries included.',
  'body-reserialised': 'Digest the very bytes that you send: serialise the body once.',
  'body-changed': 'Digest the very bytes that you send, and let no proxy change them.',
  'digest-of-nothing': 'Digest the body after it is made, not before.',
  'digest-in-hex': 'Write the raw bytes of the digest in base64, not their hex digits.',
  'digest-unreadable': 'Write Content-Digest as sha-256=:<base64>:.',
  unknown:
    'Compare signature_base with your own byte by byte. Where they are equal, the secret is another one.',
} as const

export type CauseCode = keyof typeof CAUSES
export type Cause = { likely_cause: string; likely_cause_code: CauseCode; remedy: string }

export function cause(code: CauseCode, text: string): Cause {
  return { likely_cause: text, likely_cause_code: code, remedy: CAUSES[code] }
}
