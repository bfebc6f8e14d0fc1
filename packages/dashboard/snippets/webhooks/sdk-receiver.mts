// Receives Countersign's webhooks and verifies them with the SDK.
//   export COUNTERSIGN_WEBHOOK_SECRET=whsec_...
//   npx tsx receiver.mts
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { verifyWebhook } from '@countersign/sdk'

createServer(async (request, response) => {
  try {
    // The bytes as they came, before any JSON parser. Throws when the webhook must not be trusted.
    const event = await verifyWebhook({
      body: await buffer(request),
      headers: request.headers,
      secret: process.env.COUNTERSIGN_WEBHOOK_SECRET,
    })
    // The same event can arrive twice: remember event.id. Answer first, work afterwards.
    console.log(event.id, event.type, event.data)
    response.writeHead(204).end()
  } catch (error) {
    console.error(error)
    response.writeHead(400).end()
  }
}).listen(process.env.PORT ?? 4800)
