import { randomInt } from 'node:crypto'

// Digits only: then the check digits find every misread character, which they cannot where a letter, that counts as two
// digits, may stand for a digit. It is also what people type without looking twice.
const BODY_DIGITS = 12
const PATTERN = /^RF\d{14}$/

/**
 * A new reference code: an ISO 11649 creditor reference, which banks and accounting programs check by themselves. `RF`,
 * two check digits, twelve random digits.
 */
export function newReferenceCode(): string {
  const body = String(randomInt(10 ** BODY_DIGITS)).padStart(BODY_DIGITS, '0')
  return `RF${checkDigits(body)}${body}`
}

/**
 * The code that somebody wrote, with or without its spaces, in any case.
 * @returns null when its check digits say that it was misread: any one character, or two that changed places
 */
export function readReferenceCode(text: string): string | null {
  const code = text.replace(/[\s.-]/g, '').toUpperCase()
  return PATTERN.test(code) && code.slice(2, 4) === checkDigits(code.slice(4)) ? code : null
}

/** In fours, as a statement prints it. */
export const printedReferenceCode = (code: string) => code.match(/.{1,4}/g)?.join(' ') ?? code

/** ISO 7064 MOD 97-10 over the body and `RF00`, letters counting from A = 10. */
function checkDigits(body: string): string {
  return String(98n - (BigInt(`${body}271500`) % 97n)).padStart(2, '0')
}
