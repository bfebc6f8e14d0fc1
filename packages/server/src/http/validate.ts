import type { FastifySchemaCompiler } from 'fastify'
import type { z } from 'zod'

/**
 * Validates with the Zod schema of a route. What it finds is listed without the stack of an Error: strangers choose how
 * many refusals there are.
 */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema }) =>
  (data: unknown) => {
    const result = schema.safeParse(data)
    if (result.success) return { value: result.data }
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    // Made at this look.
    const { issues } = result.error
    Error.stackTraceLimit = stackTraceLimit
    const error = issues.map(({ path, code, message }) => ({
      instancePath: `/${path.join('/')}`,
      message,
      keyword: code,
      schemaPath: '',
      params: {},
    }))
    return { error }
  }
