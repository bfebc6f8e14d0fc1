// Receives Countersign's webhooks and verifies them. Node 20 or newer, nothing to install.
//   export COUNTERSIGN_WEBHOOK_SECRET=whsec_...
//   node receiver.mjs
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'

const secret = Buffer.from(process.env.COUNTERSIGN_WEBHOOK_SECRET.replace(/^whsec_/, ''), 'base64')
const TOLERANCE_SECONDS = 300

/** Whether Countersign sent these very bytes, just now. */
export function isGenuine(body, id, timestamp, signatures) {
  if (!id || !signatures || !/^\d+$/.test(timestamp ?? '')) return false
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false
  const wanted = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest()
  // During a rotation there are several; one that matches is enough.
  return signatures.split(' ').some((signature) => {
    if (!signature.startsWith('v1,')) return false
    const given = Buffer.from(signature.slice(3), 'base64')
    return given.length === wanted.length && timingSafeEqual(given, wanted)
  })
}

createServer(async (request, response) => {
  try {
    const body = await buffer(request)
    const { 'webhook-id': id, 'webhook-timestamp': sentAt, 'webhook-signature': signatures } = request.headers
    if (!isGenuine(body, id, sentAt, signatures)) return response.writeHead(400).end()
    const event = JSON.parse(body)
    // The same event can arrive twice: remember event.id. Answer first, work afterwards.
    console.log(event.id, event.type)
    response.writeHead(204).end()
  } catch (error) {
    console.error(error)
    response.writeHead(400).end()
  }
}).listen(process.env.PORT ?? 4800)
