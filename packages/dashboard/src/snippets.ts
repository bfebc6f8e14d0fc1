import ed25519Shell from '../snippets/ed25519/signed-request.sh?raw'
import ed25519Node from '../snippets/ed25519/signed-request.mjs?raw'
import ed25519Python from '../snippets/ed25519/signed_request.py?raw'
import ed25519Go from '../snippets/ed25519/signed_request.go?raw'
import ed25519Java from '../snippets/ed25519/SignedRequest.java?raw'
import hmacShell from '../snippets/hmac-sha256/signed-request.sh?raw'
import hmacNode from '../snippets/hmac-sha256/signed-request.mjs?raw'
import hmacPython from '../snippets/hmac-sha256/signed_request.py?raw'
import hmacGo from '../snippets/hmac-sha256/signed_request.go?raw'
import hmacJava from '../snippets/hmac-sha256/SignedRequest.java?raw'
import type { Algorithm } from './api-types.ts'

// Ready-to-run code for one key: the files of `snippets/`, which docs/signing.md shows as well. They read what
// signs from the environment, so nothing secret is ever in them.

/** The variable that holds what signs. */
export const SIGNING_VARIABLES: Record<Algorithm, string> = {
  'hmac-sha256': 'COUNTERSIGN_SECRET_KEY',
  ed25519: 'COUNTERSIGN_PRIVATE_KEY',
}

/** What the files say where a reader's own server and key belong. */
export const PLACEHOLDERS = { url: 'http://localhost:4747', publicKey: 'pk_test_YOUR_PUBLIC_KEY' }

export type Snippet = { name: string; file: string; code: string }

const FILES: Record<Algorithm, Snippet[]> = {
  'hmac-sha256': [
    { name: 'curl', file: 'signed-request.sh', code: hmacShell },
    { name: 'Node', file: 'signed-request.mjs', code: hmacNode },
    { name: 'Python', file: 'signed_request.py', code: hmacPython },
    { name: 'Go', file: 'signed_request.go', code: hmacGo },
    { name: 'Java', file: 'SignedRequest.java', code: hmacJava },
  ],
  ed25519: [
    { name: 'curl', file: 'signed-request.sh', code: ed25519Shell },
    { name: 'Node', file: 'signed-request.mjs', code: ed25519Node },
    { name: 'Python', file: 'signed_request.py', code: ed25519Python },
    { name: 'Go', file: 'signed_request.go', code: ed25519Go },
    { name: 'Java', file: 'SignedRequest.java', code: ed25519Java },
  ],
}

/** The code of every language, addressed to this server and naming this key. */
export function requestSnippets(key: { origin: string; publicKey: string; algorithm: Algorithm }): Snippet[] {
  return FILES[key.algorithm].map(({ code, ...rest }) => ({
    ...rest,
    code: code.replaceAll(PLACEHOLDERS.url, key.origin).replaceAll(PLACEHOLDERS.publicKey, key.publicKey),
  }))
}
