export const PASSWORD_CHARACTERS_MIN = 10

const COMMON =
  /^(?:password|passwort|qwert[yz]\w*|letmein|welcome|iloveyou|admin|changeme|abc123|secret)[\d!.]*$/i
const BITS_FOR_SCORE = [0, 36, 52, 68]

/**
 * A rough guess of how hard a password is to guess: 0 (not accepted) to 4, with words that say what would help.
 * It guides; the server decides by length alone.
 */
export function passwordStrength(password: string): { score: 0 | 1 | 2 | 3 | 4; says: string } {
  const missing = PASSWORD_CHARACTERS_MIN - password.length
  if (password === '')
    return {
      score: 0,
      says: `At least ${PASSWORD_CHARACTERS_MIN} characters. A few words in a row work well.`,
    }
  if (missing > 0)
    return { score: 0, says: `${missing} more ${missing === 1 ? 'character' : 'characters'} needed.` }
  if (COMMON.test(password))
    return { score: 1, says: 'Weak: one of the first that are tried. Choose another.' }
  const bits = guessBits(password)
  if (bits < BITS_FOR_SCORE[1]!) return { score: 1, says: 'Weak: it repeats itself. Add words.' }
  if (bits < BITS_FOR_SCORE[2]!) return { score: 2, says: 'Fair. Another word makes it good.' }
  if (bits < BITS_FOR_SCORE[3]!) return { score: 3, says: 'Good.' }
  return { score: 4, says: 'Strong.' }
}

/** Bits per character from the kinds used; runs such as "aaaa" or "1234" count once. */
function guessBits(password: string): number {
  const kinds: [RegExp, number][] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/\d/, 10],
    [/[^a-zA-Z\d]/, 33],
  ]
  const alphabet = kinds.reduce((sum, [kind, size]) => (kind.test(password) ? sum + size : sum), 0)
  let fresh = 0
  for (let at = 0; at < password.length; at++) {
    const step = password.charCodeAt(at) - password.charCodeAt(at - 1)
    if (at === 0 || Math.abs(step) > 1 || Number.isNaN(step)) fresh++
  }
  const distinct = new Set(password).size
  return Math.min(fresh, distinct * 2) * Math.log2(Math.max(alphabet, 2)) * 0.85
}
