import { z } from 'zod'
import { ROWS_MAX } from './read-statement.ts'

// In JSON the text of a file may take more room than by itself; together they stay within a request's 1 MiB.
const CSV_CHARACTERS_MAX = 900_000

export const statementInput = z
  .object({
    csv: z
      .string()
      .min(1, 'must not be empty')
      .max(CSV_CHARACTERS_MAX, 'is too large: split it')
      .meta({
        description: `The file as text: a line with the names of the columns, then at most ${ROWS_MAX} lines.`,
        example: 'date,amount,currency,reference,text\n2025-11-23,250.00,EUR,NL-417,RF02 4172 0395 8816\n',
      }),
    currency: z
      .string()
      .max(12)
      .optional()
      .meta({ description: 'Where the file names none.', example: 'EUR' }),
    decimal_mark: z
      .enum(['.', ','])
      .default('.')
      .meta({ description: 'What stands before the decimals. It is never guessed.' }),
  })
  .meta({ id: 'MatchStatementInput' })

const workspace = z.object({ id: z.string(), name: z.string() })

export const statementProposals = z
  .object({
    data: z.array(
      z
        .object({
          line: z.int().meta({ description: 'Of the file.' }),
          date: z.string().nullable().meta({ description: 'As the file has it.' }),
          direction: z.enum(['in', 'out']),
          amount: z.string().meta({ example: '250.00' }),
          currency: z.string(),
          reference: z.string(),
          text: z.string().nullable(),
          sender: z.string().nullable(),
          proposal: z.object({
            kind: z.enum(['settle', 'credit', 'unmatched', 'already_booked', 'none']).meta({
              description:
                '`settle` an open transaction; `credit` the workspace whose code it carries, which announced none ' +
                'such; record it as `unmatched`; it is `already_booked`; `none`: money that left, and no transaction fits.',
            }),
            matched_by: z
              .enum(['reference', 'transaction_id', 'reference_code', 'amount'])
              .nullable()
              .meta({ description: 'From sure to weak.' }),
            transaction_id: z.string().nullable(),
            transaction_type: z.string().nullable(),
            workspace: workspace.nullable(),
            announced_amount: z.string().nullable().meta({ description: 'Where another amount came.' }),
            note: z.string().nullable(),
          }),
        })
        .meta({ id: 'StatementProposal' }),
    ),
    faults: z
      .array(z.object({ line: z.int(), message: z.string() }))
      .meta({ description: 'Lines that could not be read, and why.' }),
  })
  .meta({ id: 'StatementProposals' })
