import { setTimeout as delay } from 'node:timers/promises'

const POLL_MS = 150
const WAIT_SECONDS = 30

/** Says one more line of what a step saw. */
export type Saw = (line: string) => void

/** Prints the tour as it goes: numbered steps, each with what it saw beneath. */
export class Report {
  count = 0
  #current = ''

  /** Runs one step; when it throws, the tour ends there and `failure` names it. */
  async step<Result>(title: string, work: (saw: Saw) => Promise<Result>): Promise<Result> {
    this.count += 1
    this.#current = title
    print(`\n${String(this.count).padStart(2)}. ${title}`)
    return work((line) => print(`    ${line}`))
  }

  /** A part that cannot be shown here, and why. */
  leaveOut(what: string, why: string): void {
    print(`\n    Left out: ${what}. ${why}`)
  }

  failure(error: unknown): string {
    return `Step ${this.count} failed (${this.#current}): ${explain(error)}`
  }
}

/** What the tour expected to see and did not. */
export class TourError extends Error {}

/** @throws TourError with the sentence, unless the fact holds */
export function expectThat(fact: unknown, sentence: string): asserts fact {
  if (!fact) throw new TourError(sentence)
}

/** Asks again and again until the answer is there; for what happens on the server in its own time. */
export async function until<Result>(
  what: string,
  ask: () => Promise<Result | undefined> | Result | undefined,
): Promise<Result> {
  const deadline = Date.now() + WAIT_SECONDS * 1000
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > deadline) throw new TourError(`Waited ${WAIT_SECONDS} seconds for ${what}.`)
    await delay(POLL_MS)
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // The first cause says it best: "connect ECONNREFUSED 127.0.0.1:4747" rather than "fetch failed".
  let first: unknown = error
  while (first instanceof Error && first.cause !== undefined) first = first.cause
  const { message, code } = first as NodeJS.ErrnoException
  return first === error ? error.message : `${error.message} (${message || code || String(first)})`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
