// node packages/sdk/generate.mjs          writes src/generated/api.ts from the repository's openapi.json
// node packages/sdk/generate.mjs --check  ends with 1 when that file is not what this would write
import { readFile, writeFile } from 'node:fs/promises'
import openapiTS, { astToString } from 'openapi-typescript'

const source = new URL('../../openapi.json', import.meta.url)
const target = new URL('src/generated/api.ts', import.meta.url)
// A value with a default may be left out of what is sent; answers name what they always hold as required.
const OPTIONS = { defaultNonNullable: false }
const HEAD = '// Written by packages/sdk/generate.mjs from openapi.json. Do not edit.\n\n'

const text = HEAD + astToString(await openapiTS(source, OPTIONS))
if (!process.argv.includes('--check')) {
  await writeFile(target, text)
} else if ((await readFile(target, 'utf8')) !== text) {
  process.stderr.write('packages/sdk/src/generated/api.ts is stale: run node packages/sdk/generate.mjs\n')
  process.exitCode = 1
}
