// `npm run demo-receivers`: the systems of the shop that `npm run demo-data` made, for as long as it runs. They take its
// webhooks with the habits that they had in its month: the CRM is still broken, and the old shop gone.
import { createRandom } from './demo-data/random.ts'
import { receiversPort, startReceivers } from './demo-data/receivers.ts'

try {
  const receivers = await startReceivers(createRandom(Date.now()), {
    port: receiversPort(process.env),
    onCall: (name, status) =>
      process.stdout.write(`${new Date().toLocaleTimeString('en-GB')}  ${name.padEnd(6)}  ${status}\n`),
  })
  receivers.breakCrm()
  process.stdout.write(`Webhooks are taken at ${receivers.url('orders')} and beside it. Ctrl+C ends it.\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
