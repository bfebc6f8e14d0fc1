import { z } from 'zod'
import { problem } from '../problems.ts'

export const LIST_LIMIT_MAX = 100
export const LIST_LIMIT_DEFAULT = 20
const CURSOR_CHARACTERS_MAX = 500

const YEAR_1 = new Date('0001-01-01T00:00:00Z')
const YEAR_10000 = new Date('+010000-01-01T00:00:00Z')

/** A moment as clients send it: RFC 3339 with an offset; parsed to a Date. */
export const timestampInput = z.iso
  .datetime({ offset: true, error: 'must be an RFC 3339 time such as 2025-11-23T12:00:00Z' })
  .transform((text) => new Date(text))
  // Beyond these years (an offset can lead there) JSON and Postgres write a date in other forms.
  .refine((date) => date >= YEAR_1 && date < YEAR_10000, 'must lie in the years 1 to 9999')
  .meta({ description: 'RFC 3339', example: '2025-11-23T12:00:00Z' })

/** The query parameters that every list takes. */
export const pageQuery = z.object({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(LIST_LIMIT_MAX)
    .default(LIST_LIMIT_DEFAULT)
    .meta({ description: 'How many items to answer with.' }),
  cursor: z
    .string()
    .max(CURSOR_CHARACTERS_MAX)
    .optional()
    .meta({ description: 'The `next_cursor` of the answer before this one.' }),
  created_after: timestampInput.optional(),
  created_before: timestampInput.optional(),
})

/** A list's answer: newest first, with the cursor of the next page or null. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item),
    next_cursor: z
      .string()
      .nullable()
      .meta({ description: 'Send it as `cursor` for the next page; null at the end.' }),
  })
}

/** An opaque cursor that holds the sort key of the last item: one or two short texts. */
export function encodeCursor(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/** @throws Problem `invalid-input` when the text is not a cursor that this server made for this kind of list */
export function decodeCursor(cursor: string, count: number): string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(parts) && parts.length === count && parts.every(isStorableText)) return parts
  } catch {
    // Falls through to the one refusal below.
  }
  throw problem('invalid-input', {
    errors: [
      { pointer: '/query/cursor', message: 'must be the next_cursor of an earlier answer to the same list' },
    ],
  })
}

function isStorableText(part: unknown): part is string {
  return typeof part === 'string' && !part.includes('\0')
}

/**
 * One page out of `limit + 1` rows: the extra row only tells that there is more.
 * @param cursorOf the sort key of an item
 */
export function page<T>(rows: readonly T[], limit: number, cursorOf: (item: T) => readonly string[]) {
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  return {
    data,
    next_cursor: rows.length > limit && last !== undefined ? encodeCursor(cursorOf(last)) : null,
  }
}
