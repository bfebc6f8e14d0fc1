import { spawn } from 'node:child_process'

const CASE_LIMIT_MS = 20_000
const LINES_LIMIT_MS = 300_000
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024

export type Ran = { output: string; fault: string | null }

/** Runs somebody's program to its end, through the shell as they would type it. */
export function runProgram(
  command: string,
  { input, env, lines = false }: { input: Buffer; env: Record<string, string | undefined>; lines?: boolean },
): Promise<Ran> {
  return new Promise((resolve) => {
    const limitMs = lines ? LINES_LIMIT_MS : CASE_LIMIT_MS
    // A group of its own, so that what the shell started ends with it.
    const child = spawn(command, { shell: true, env, detached: process.platform !== 'win32' })
    const output: Buffer[] = []
    let errors = ''
    let size = 0
    let ended: string | null = null
    const end = (why: string) => {
      ended = why
      try {
        if (process.platform === 'win32') child.kill('SIGKILL')
        else process.kill(-child.pid!, 'SIGKILL')
      } catch {
        // It ended by itself meanwhile.
      }
    }
    const limit = setTimeout(() => end(`no end within ${limitMs / 1000} s`), limitMs)
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > OUTPUT_BYTES_MAX) end('too much output')
      else output.push(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)))
    // A program that answers without reading everything is in its right.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.once('error', (error) => {
      clearTimeout(limit)
      resolve({ output: '', fault: error.message })
    })
    child.once('close', (code, signal) => {
      clearTimeout(limit)
      const failed = code === 0 ? null : `ended with ${code ?? signal}: ${errors.trim()}`
      resolve({ output: Buffer.concat(output).toString(), fault: ended ?? failed })
    })
  })
}
