import type { IncomingMessage } from 'node:http'
import { carriesSignature } from '../http/raw-request.ts'
import type { VerificationKey } from '../keys/key-cache.ts'
import { Problem, problem } from '../problems.ts'
import { explainRefusal, unreadable } from './explain-refusal.ts'
import { componentValue } from './signature-base.ts'
import { STEPS, type Step } from './steps.ts'
import { createRequestVerifier, type Verification, type VerifierDeps } from './verify-request.ts'

export type GradedStep = { name: Step; status: 'passed' | 'failed' | 'not_reached'; detail: string }

export type Grade = {
  verifies: boolean
  /** What another route would have refused it with; null where it would have let it in. */
  refusal: Problem | null
  steps: GradedStep[]
  verification: Verification
  serverTime: string
  skewSeconds: number | null
}

const NONCE_FORM = 'The form of the nonce is right. Grading neither uses it up nor asks whether it was used.'
const NO_LIMIT = { limit: '', policy: '' }

export type Grader = (request: IncomingMessage, body: Buffer, address: string) => Promise<Grade>

/**
 * Grades requests by the very verifier that lets them in, given nothing that it could change: it claims no nonce, takes
 * nothing from a key's limit, and knows the keys of Test Mode only. All others are strangers to it, so that nothing of
 * them is told.
 */
export function createGrader(deps: VerifierDeps): Grader {
  const verifier = createRequestVerifier({
    ...deps,
    findKey(publicKey) {
      const found = deps.findKey(publicKey)
      return found instanceof Promise ? found.then(ofTestMode) : ofTestMode(found)
    },
    nonces: { claim: () => true },
    rateLimit: { take: () => NO_LIMIT },
  })

  return async (request, body, address) => {
    const verification = verifier.begin(address)
    let refusal: Problem | null = null
    try {
      if (!carriesSignature(request)) throw problem('signature-missing')
      await verifier.verifyHeaders(request, verification)
      await verifier.verifyBody(request, verification, body)
    } catch (error) {
      // What is no fault of the request is no grade of it.
      if (!(error instanceof Problem) || error.status === 429 || error.status >= 500) throw error
      refusal = error
    }
    const { server_time: serverTime, skew_seconds: skewSeconds } = verifier.diagnosis(verification)
    return {
      verifies: refusal === null,
      refusal: refusal && explained(refusal, request),
      steps: gradedSteps(verification, refusal),
      verification,
      serverTime: serverTime as string,
      skewSeconds: skewSeconds as number | null,
    }
  }
}

function ofTestMode(key: VerificationKey | null): VerificationKey | null {
  return key?.kind === 'workspace' && key.mode === 'test' ? key : null
}

/** What was covered, as the server read it; null where there is nothing to read or a value cannot be signed. */
export function coveredComponents({ read }: Verification): { name: string; value: string }[] | null {
  if (!read) return null
  return read.signature.components.map((name) => ({ name, value: componentValue(name, read.parts) }))
}

/** As every refusal is explained, but for a key: there is none, or none of Test Mode, and which is not told. */
function explained(refusal: Problem, request: IncomingMessage): Problem {
  if (refusal.code !== 'key-unknown') return explainRefusal(refusal, { ...unreadable(request, refusal) })
  const likely_cause = 'The public key was mistyped or cut short, belongs elsewhere, or is not of Test Mode.'
  return explainRefusal(problem('key-unknown'), { likely_cause })
}

function gradedSteps({ step: last }: Verification, refusal: Problem | null): GradedStep[] {
  let reached = true
  return (Object.keys(STEPS) as Step[]).map((name) => {
    if (!reached) return { name, status: 'not_reached', detail: STEPS[name] }
    if (refusal && name === last) {
      reached = false
      return { name, status: 'failed', detail: refusal.detail }
    }
    return { name, status: 'passed', detail: name === 'nonce' ? NONCE_FORM : STEPS[name] }
  })
}
