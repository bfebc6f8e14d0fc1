// Buffer exists in Node only and Uint8Array.fromBase64 is too new, so both ways go through btoa and atob.

/** Standard base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** The bytes of standard, padded base64; null when the text is anything else. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return null
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  // atob ignores loose bits in the last digit; a signature has one spelling only.
  return toBase64(bytes) === text ? bytes : null
}
