// `npm start`: installs and builds what is missing, then runs the server in this very process.
import { join } from 'node:path'
import { ensureInstalled, root, run, say } from './install.mjs'

await ensureInstalled()
// In a process of its own: what a build leaves in memory would stay with the server.
const { pendingSteps } = await import('./build.mjs')
const pending = pendingSteps().map((step) => step.name)
if (pending.length > 0) {
  say(`Building the ${pending.join(', the ')} (only after a change) …`)
  await run(
    process.execPath,
    [join(root, 'scripts', 'build.mjs')],
    'The build failed; its messages are above.',
  )
}
// The shell between npm and this process passes no signal on: when npm is told to end, only its death is seen here.
if (process.env.npm_lifecycle_event) {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, 500)
  watch.unref()
}
// The server counts its start from here, without installation and build.
performance.mark('countersign-start')
await import('../packages/server/dist/main.js')
