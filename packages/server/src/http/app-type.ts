import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Problem } from '../problems.ts'
import type { OperatorKeyPrincipal, Principal, Role } from '../sessions/principal.ts'

/** The application as rooms see it: Fastify with Zod schemas as its types. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** What a `/v1` route says of who may call it; a route without it does not start. */
export type Access =
  | {
      public: true
      /** The one route that grades its own request: its signature opens no door, and its body stays bytes. */
      graded?: true
    }
  | {
      public?: false
      /** A key needs the scope `resource:action`; null: any key may call. */
      resource: string | null
      action: 'read' | 'write'
      /** What a key needs beside that. */
      alsoScopes?: readonly string[]
      doors: readonly ('key' | 'member')[]
      /** The least role of a member; `viewer` for reading and `developer` for writing when absent. */
      role?: Role
      testModeOnly?: boolean
      /** A person's own affair and none of the workspace: allowed also while that is suspended. */
      personal?: true
      operator?: boolean
      /** With `operator`: the scope with which an operator key may call too; absent: people only. */
      operatorScope?: string
    }

/** What a request changed, for its row in the Transaction Logs. */
export type Made = { transactionId: string | null; eventIds: string[] }

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route under `/v1` with who may call it. */
    apiRoutes: { method: string; url: string; access: Access }[]
  }
  interface FastifyRequest {
    /** Who asks; set for every `/v1` route that is not public, but not where an operator key asks. */
    principal: Principal
    /** The platform's own key that asks; only routes with an `operatorScope` ever see one. */
    operatorKey: OperatorKeyPrincipal | null
    made: Made
    /** When its headers had arrived, by `performance.now()`. Fastify keeps this only where it logs itself. */
    startedAt: number
    /** The body's bytes as they arrived, for digests and logs. */
    rawBody: Buffer | null
    /** The problem that the request was answered with. */
    refusal: Problem | null
  }
  interface FastifyContextConfig {
    access?: Access
  }
}
