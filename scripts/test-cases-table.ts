import { TEST_CASES } from '../packages/server/src/rails/test-cases.ts'

const BEGIN = '<!-- cases: written by scripts/generate.ts -->'
const END = '<!-- /cases -->'

/** docs/test-mode.md with the table of test cases that the server follows. */
export function withTestCases(page: string): string {
  const [before, rest = ''] = page.split(BEGIN)
  const after = rest.split(END)[1]
  if (after === undefined) throw new Error(`docs/test-mode.md has no ${BEGIN} … ${END}`)
  const rows = TEST_CASES.map(
    ({ amount, reference, description }) => `| \`${amount}\` | \`${reference}\` | ${description} |`,
  )
  const head = ['| amount | reference | what happens |', '| --- | --- | --- |']
  return [before, BEGIN, '\n\n', [...head, ...rows].join('\n'), '\n\n', END, after].join('')
}
