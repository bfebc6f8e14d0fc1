import type { FastifySchemaCompiler } from 'fastify'
import { config, util, type $ZodType } from 'zod/v4/core'

const CONTEXT = { async: false } as const

/**
 * Validates with the Zod schema of a route. Zod's own way to ask makes an Error of what it found, which costs as much as
 * finding it: strangers choose how many refusals there are.
 */
export const validatorCompiler: FastifySchemaCompiler<$ZodType> =
  ({ schema }) =>
  (data: unknown) => {
    const result = schema._zod.run({ value: data, issues: [] }, { ...CONTEXT })
    if (result instanceof Promise) throw new Error('a schema of a route must not wait')
    if (result.issues.length === 0) return { value: result.value }
    const error = result.issues.map((issue) => {
      const { path, code, message } = util.finalizeIssue(issue, CONTEXT, config())
      return {
        instancePath: `/${path.join('/')}`,
        message,
        keyword: code ?? '',
        schemaPath: '',
        params: {},
      }
    })
    return { error }
  }
