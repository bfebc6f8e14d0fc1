import { Countersign } from '../../../sdk/src/index.ts'
import type { Call, Credentials, Output } from '../credentials.ts'
import { readBody } from '../read-body.ts'

/** Sends a signed request and prints what the server answered. */
export async function request(credentials: Credentials, call: Call, output: Output): Promise<void> {
  const client = new Countersign(credentials)
  const body = readBody(call.body)
  const answer = await client.request(call.method, call.path, {
    ...(body === undefined ? {} : { body: JSON.parse(body) as unknown }),
    ...(call.idempotencyKey === undefined ? {} : { idempotencyKey: call.idempotencyKey }),
  })
  if (answer === undefined) return
  output.out(typeof answer === 'string' ? answer : `${JSON.stringify(answer, null, call.json ? 0 : 2)}\n`)
}
