import { spawn } from 'node:child_process'
import { homedir } from 'node:os'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { Io } from './io.ts'
import { main } from './main.ts'

const ending = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => {
    // A second one does not wait for anything.
    if (ending.signal.aborted) process.exit(130)
    ending.abort()
  })
// Whoever read us (`| head`) has enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

const io: Io = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stdout.isTTY,
  isInteractive: process.stdin.isTTY && process.stderr.isTTY,
  async readInput() {
    let text = ''
    for await (const chunk of process.stdin.setEncoding('utf8')) text += String(chunk)
    return text
  },
  ask(question, { secret }) {
    process.stderr.write(question)
    // With an output of its own that shows nothing, readline echoes nothing.
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
    const lines = createInterface({
      input: process.stdin,
      output: secret ? nowhere : process.stderr,
      terminal: true,
    })
    return new Promise((resolve) => {
      lines.once('line', (line) => {
        lines.close()
        if (secret) process.stderr.write('\n')
        resolve(line)
      })
      // In raw mode Ctrl-C is a character, not a signal.
      lines.once('SIGINT', () => process.exit(130))
    })
  },
  openBrowser(url) {
    const [program, ...args] =
      process.platform === 'darwin'
        ? ['open', url]
        : process.platform === 'win32'
          ? ['explorer', url]
          : ['xdg-open', url]
    spawn(program!, args, { stdio: 'ignore', detached: true })
      .on('error', () => {})
      .unref()
  },
  signal: ending.signal,
}

process.exitCode = await main(process.argv.slice(2), {
  env: process.env,
  io,
  platform: process.platform,
  homeDir: homedir(),
})
