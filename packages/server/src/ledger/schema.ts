import { z } from 'zod'

export const CurrencySchema = z
  .object({
    code: z.string().meta({ description: 'ISO 4217 for fiat, the ticker for crypto.', example: 'USD' }),
    name: z.string().meta({ example: 'US Dollar' }),
    type: z.enum(['fiat', 'crypto']),
    decimals: z
      .int()
      .meta({ description: 'How many digits an amount may have after the point.', example: 2 }),
    numeric_code: z
      .string()
      .nullable()
      .meta({ description: 'Three digits of ISO 4217; null for crypto.', example: '840' }),
  })
  .meta({ id: 'Currency' })

export const currencyListQuery = z.object({ type: z.enum(['fiat', 'crypto']).optional() })

// The catalogue is short and closed, so it always comes whole: a page would only hide currencies.
export const CurrencyList = z.object({ data: z.array(CurrencySchema), next_cursor: z.null() })
