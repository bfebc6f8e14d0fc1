import type { Executor } from '../database/database.ts'
import { findEndpointProof } from './queries.ts'

/**
 * What the production checklist asks of webhooks: one production endpoint has answered a signed ping. Null when
 * the workspace has no production endpoint, because then nothing is asked of it.
 */
export async function webhookFact(
  executor: Executor,
  workspaceId: string,
): Promise<{ done: boolean; detail: string } | null> {
  const { endpoints, answered } = await findEndpointProof(executor, workspaceId)
  if (endpoints === 0) return null
  if (answered > 0) return { done: true, detail: 'A production endpoint has answered a signed ping.' }
  return {
    done: false,
    detail: 'Send a ping to a production endpoint from the Webhooks page; it must answer with 2xx.',
  }
}
