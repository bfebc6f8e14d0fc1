import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, type Context } from '../command.ts'
import {
  faultOfSigner,
  rawRequest,
  readKit,
  signerInput,
  type Kit,
  type KitCase,
} from '../conformance-kit.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { runProgram } from '../run-program.ts'
import { printable } from '../words.ts'

type Result = 'passed' | 'failed' | 'unsupported' | 'skipped'
type Grade = { name: string; result: Result; detail: string | null }
type Judge = {
  input(each: KitCase): Buffer
  line(each: KitCase): unknown
  grade(each: KitCase, output: string): Grade
}

const PROGRAMS_AT_ONCE = 4

/** Grades a signer or a verifier of somebody's own against the cases that server and SDK are graded by. */
export const conformance = command({
  name: 'conformance',
  summary: 'grade a signer or verifier of your own',
  options: {
    signer: { type: 'string', value: 'COMMAND', summary: 'a program that signs: case in, headers out' },
    verifier: { type: 'string', value: 'COMMAND', summary: 'a program that verifies: request in, code out' },
    lines: { type: 'boolean', summary: 'one process for all cases: a line of JSON in, a line out' },
    only: { type: 'string', value: 'TEXT', summary: 'the cases whose name contains this' },
  },
  details: `A signer reads a case as JSON on stdin and prints the headers to add as a JSON object, or {"unsupported":"why"}.
A verifier reads the raw request on stdin and prints "accepted" or the code; keys and clock are in the file
that CONFORMANCE_KEYS names. Nothing is sent anywhere. Exit code 1 when a case fails. See docs/conformance.md.`,
  async run(context, { values: { signer, verifier, lines, only = '' } }) {
    const program = signer ?? verifier
    if (program === undefined || (signer !== undefined && verifier !== undefined))
      throw new UsageError('Give either --signer or --verifier, and the program to run.')
    const kit = readKit()
    const judge = signer === undefined ? judgeVerifier() : judgeSigner(kit)
    const cases = kit.cases.filter(
      ({ name, expect }) => name.includes(only) && (signer === undefined || expect.accepted),
    )
    if (cases.length === 0) throw new UsageError(`No case's name contains "${printable(only)}".`)
    const folder = mkdtempSync(join(tmpdir(), 'countersign-conformance-'))
    try {
      const keysFile = join(folder, 'keys.json')
      const { version, server, keys } = kit
      writeFileSync(keysFile, JSON.stringify({ version, server, keys }))
      const env = { ...context.env, CONFORMANCE_KEYS: keysFile, CONFORMANCE_NOW: String(server.now) }
      const grades = await (lines ? gradeLines : gradeEach)({ program, env, judge, cases })
      return report(context, kit, grades)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
})

function judgeSigner(kit: Kit): Judge {
  return {
    input: (each) => Buffer.from(`${JSON.stringify(signerInput(kit, each))}\n`),
    line: (each) => signerInput(kit, each),
    grade(each, output) {
      const answer = parse(output)
      if (answer === null) return failed(each, `the answer is no JSON object: ${output.slice(0, 200).trim()}`)
      const { unsupported } = answer
      if (typeof unsupported === 'string')
        return { name: each.name, result: 'unsupported', detail: unsupported }
      const fault = faultOfSigner(each, answer)
      return fault === null ? { name: each.name, result: 'passed', detail: null } : failed(each, fault)
    },
  }
}

function judgeVerifier(): Judge {
  return {
    input: (each) => rawRequest(each.request),
    line: ({ name, request }) => ({ name, request_base64: rawRequest(request).toString('base64') }),
    grade(each, output) {
      const wanted = each.expect.code ?? 'accepted'
      const given = output.trim()
      if (given === wanted) return { name: each.name, result: 'passed', detail: null }
      return failed(
        each,
        `${given === '' ? 'nothing was printed' : given.slice(0, 200)}; it must be ${wanted}`,
      )
    },
  }
}

type Work = { program: string; env: Record<string, string | undefined>; judge: Judge; cases: KitCase[] }

/** A process for each case. A replay needs a verifier that remembers, which such a one cannot. */
async function gradeEach({ program, env, judge, cases }: Work): Promise<Grade[]> {
  const grades: Grade[] = []
  let next = 0
  const work = async () => {
    for (let index = next++; index < cases.length; index = next++) {
      const each = cases[index]!
      if (each.after !== undefined) {
        grades[index] = { name: each.name, result: 'skipped', detail: 'a replay: it needs --lines' }
        continue
      }
      const { output, fault } = await runProgram(program, { input: judge.input(each), env })
      grades[index] = fault === null ? judge.grade(each, output) : failed(each, fault)
    }
  }
  await Promise.all(Array.from({ length: PROGRAMS_AT_ONCE }, work))
  return grades
}

/** One process for all cases, in order, so that what it remembers counts. */
async function gradeLines({ program, env, judge, cases }: Work): Promise<Grade[]> {
  const input = cases.map((each) => `${JSON.stringify(judge.line(each))}\n`).join('')
  const { output, fault } = await runProgram(program, { input: Buffer.from(input), env, lines: true })
  const lines = output.split('\n')
  return cases.map((each, index) => {
    const line = lines[index] ?? ''
    return line === '' && fault !== null ? failed(each, fault) : judge.grade(each, line)
  })
}

function report(context: Context, { version }: Kit, grades: Grade[]): number {
  const count = (result: Result) => grades.filter((grade) => grade.result === result).length
  const summary = {
    version,
    passed: count('passed'),
    failed: count('failed'),
    unsupported: count('unsupported'),
    skipped: count('skipped'),
  }
  context.answer({ ...summary, cases: grades }, () => {
    const told = grades.filter(({ result }) => result !== 'passed')
    const lines = told.map(({ name, result, detail }) => `${result}  ${name}\n  ${printable(detail ?? '')}\n`)
    const rest = `${summary.failed} failed, ${summary.unsupported} unsupported, ${summary.skipped} skipped`
    return `${lines.join('')}${summary.passed} passed, ${rest} (kit version ${version})\n`
  })
  // A program that can nothing has not passed.
  return summary.failed === 0 && summary.passed > 0 ? EXIT.ok : EXIT.refused
}

function failed({ name }: KitCase, detail: string): Grade {
  return { name, result: 'failed', detail }
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
