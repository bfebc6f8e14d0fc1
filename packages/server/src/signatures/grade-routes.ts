import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Config } from '../config.ts'
import type { App } from '../http/app-type.ts'
import { clientAddress, network } from '../http/client-address.ts'
import { closeWhenBodyIsUnread } from '../http/unread-body.ts'
import type { RateLimit } from '../keys/rate-limit.ts'
import { Problem, problem, PROBLEMS } from '../problems.ts'
import type { FailureLimit } from './failure-limit.ts'
import { coveredComponents, type Grade, type Grader } from './grade-request.ts'
import { STEPS, type Step } from './steps.ts'

/** The one target, but for its query, whose requests are graded instead of verified. */
export const GRADED_PATH = '/v1/test/signature'

const GRADES_PER_MINUTE = 120
const NO_BODY = Buffer.alloc(0)
const NO_EXTRA = { likely_cause: null, likely_cause_code: null, remedy: null }

const step = z.object({
  name: z.enum(Object.keys(STEPS) as [Step, ...Step[]]),
  status: z.enum(['passed', 'failed', 'not_reached']),
  detail: z.string(),
})

const parsedSignature = z.object({
  label: z.string(),
  components: z.array(z.string()),
  parameters: z.object({
    created: z.int(),
    expires: z.int().nullable(),
    nonce: z.string(),
    keyid: z.string(),
    alg: z.string().nullable(),
    tag: z.string().nullable(),
  }),
})

const grade = z
  .object({
    verifies: z.boolean().meta({ description: 'Whether another route would take the signature.' }),
    code: z.string().nullable().meta({ description: 'The code that another route would refuse it with.' }),
    detail: z.string().nullable(),
    likely_cause: z.string().nullable(),
    likely_cause_code: z.string().nullable(),
    remedy: z.string().nullable(),
    steps: z
      .array(step)
      .meta({ description: 'The checks in their order; the first that fails is the last.' }),
    signature: parsedSignature
      .nullable()
      .meta({ description: 'What the signature says, once it can be read.' }),
    components: z
      .array(z.object({ name: z.string(), value: z.string() }))
      .nullable()
      .meta({ description: 'What is covered, with the values that arrived.' }),
    signature_base: z.string().nullable().meta({ description: 'The text that the server verifies against.' }),
    secret_version: z
      .int()
      .nullable()
      .meta({ description: 'Which version of the secret signed; null where none did.' }),
    server_time: z.string().meta({ format: 'date-time' }),
    skew_seconds: z
      .int()
      .nullable()
      .meta({ description: "How far created is ahead of the server's clock; negative: behind." }),
  })
  .meta({ id: 'SignatureGrade' })

export type GradeRoutesDeps = {
  config: Pick<Config, 'trustProxy'>
  failures: FailureLimit
  rateLimit: RateLimit
  gradeRequest: Grader
}

/** Grades the signature of the request that asks, for whoever writes a signer. Nothing is let in and nothing remains. */
export function gradeRoutes(app: App, deps: GradeRoutesDeps): void {
  const addressOf = (request: FastifyRequest) => clientAddress(request.raw, deps.config.trustProxy)
  app.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: GRADED_PATH,
    exposeHeadRoute: false,
    config: { access: { public: true, graded: true } },
    schema: {
      tags: ['Test Mode'],
      summary: 'Grade the signature of this request',
      description:
        'Send any signed request here, with any query and body: the answer says what each check found, also where another route would refuse it. Keys of Test Mode. No nonce is used up, nothing is logged, and the limit of the key is not touched.',
      response: { 200: grade },
    },
    // Before the body is read: whoever guesses is turned away here as at every other route.
    async onRequest(request) {
      const address = addressOf(request)
      deps.failures.assertBelow(address)
      await takeGrade(deps.rateLimit, address)
    },
    async handler(request, reply) {
      closeWhenBodyIsUnread(request, reply)
      const address = addressOf(request)
      const graded = await deps.gradeRequest(request.raw, request.rawBody ?? NO_BODY, address)
      // A page elsewhere can make a browser send what is not signed, which is no failure at other routes either.
      const isFailure = graded.refusal?.status === 401 && graded.refusal.code !== 'signature-missing'
      if (isFailure) deps.failures.count(address)
      return gradeView(graded)
    },
  })
}

/** @throws Problem `rate-limited`, in the words of an address: no key has been asked for */
async function takeGrade(rateLimit: RateLimit, address: string): Promise<void> {
  try {
    await rateLimit.take({ id: `grade:${network(address)}`, rateLimitPerMinute: GRADES_PER_MINUTE })
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'rate-limited') throw error
    const seconds = error.headers?.['retry-after'] ?? '60'
    throw problem('rate-limited', {
      detail: `An address may have ${GRADES_PER_MINUTE} requests a minute graded; wait ${seconds} s.`,
      headers: { 'retry-after': seconds },
    })
  }
}

function gradeView({ verifies, refusal, steps, verification, serverTime, skewSeconds }: Grade) {
  const { signature, read, secretVersion } = verification
  const { likely_cause, likely_cause_code, remedy } = { ...NO_EXTRA, ...refusal?.extra }
  return {
    verifies,
    code: refusal?.code ?? null,
    detail: refusal?.detail ?? null,
    likely_cause,
    likely_cause_code,
    remedy: remedy ?? (refusal && PROBLEMS[refusal.code].remedy),
    steps,
    signature: signature && {
      label: signature.label,
      components: [...signature.components],
      parameters: {
        created: signature.created,
        expires: signature.expires,
        nonce: signature.nonce,
        keyid: signature.keyId,
        alg: signature.alg,
        tag: signature.tag,
      },
    },
    components: coveredComponents(verification),
    signature_base: read?.base ?? null,
    secret_version: secretVersion,
    server_time: serverTime,
    skew_seconds: skewSeconds,
  }
}
