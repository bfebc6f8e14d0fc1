/** How a secret was changed before it signed. */
export type SecretUse = 'as it is' | 'newline' | 'quotes' | 'decoded' | 'trimmed'

export type SecretCheck = {
  /** Which of the two texts the secret signs with the signature that was sent; null where neither. */
  signs: 'server' | 'own' | null
  use: SecretUse
  /** The signature that this secret makes of the server's text, in base64. */
  expected: string
}

/**
 * Tries a secret on the signature that was sent, in this browser alone (WebCrypto).
 * @param input.signature what stands between the colons of the header Signature
 */
export async function checkSecret(input: {
  secret: string
  serverBase: string
  ownBase: string
  signature: string | null
}): Promise<SecretCheck> {
  const bare = input.secret.trim()
  const texts = [
    { signs: 'server', base: input.serverBase },
    ...(input.ownBase === '' ? [] : [{ signs: 'own', base: input.ownBase } as const]),
  ] as const
  for (const [use, bytes] of usesOf(input.secret))
    for (const { signs, base } of texts)
      if ((await macOf(bytes, base)) === input.signature)
        return { signs, use, expected: await macOf(encode(bare), input.serverBase) }
  return { signs: null, use: 'as it is', expected: await macOf(encode(bare), input.serverBase) }
}

function usesOf(secret: string): [SecretUse, Uint8Array<ArrayBuffer>][] {
  const bare = secret.trim()
  const uses: [SecretUse, Uint8Array<ArrayBuffer>][] = [
    ['as it is', encode(secret)],
    ['trimmed', encode(bare)],
    ['newline', encode(`${bare}\n`)],
    ['newline', encode(`${bare}\r\n`)],
    ['quotes', encode(`"${bare}"`)],
  ]
  for (const text of [bare, bare.replace(/^sk_[a-z]+_/, '')])
    if (/^[\w+/-]+=*$/.test(text)) uses.push(['decoded', decodeLoosely(text)])
  return uses.filter(([, bytes]) => bytes.length > 0)
}

/** As languages do that decode without complaint: both alphabets, and what does not fill a byte is dropped. */
function decodeLoosely(text: string): Uint8Array<ArrayBuffer> {
  const standard = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  const whole = standard.length % 4 === 1 ? standard.slice(0, -1) : standard
  return Uint8Array.from(atob(whole), (character) => character.charCodeAt(0))
}

async function macOf(secret: Uint8Array<ArrayBuffer>, text: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', secret, algorithm, false, ['sign'])
  const mac = await crypto.subtle.sign('HMAC', key, encode(text))
  return btoa(String.fromCharCode(...new Uint8Array(mac)))
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>
}
