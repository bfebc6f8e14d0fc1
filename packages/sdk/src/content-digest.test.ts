import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { assertDigest, DigestMismatchError } from './content-digest.ts'

const digest = (algorithm: string, text: string) =>
  `${algorithm}=:${createHash(algorithm.replace('-', '')).update(text).digest('base64')}:`

describe('assertDigest', () => {
  it('lets a body through that has every digest', async () => {
    const both = `${digest('sha-256', 'a')}, ${digest('sha-512', 'a')}, md5=:AAAA:`
    await expect(assertDigest('a', both)).resolves.toBeUndefined()
    await expect(assertDigest(new TextEncoder().encode('a'), both)).resolves.toBeUndefined()
    await expect(assertDigest(undefined, digest('sha-256', ''))).resolves.toBeUndefined()
  })

  it.each([
    ['another body', 'b', digest('sha-256', 'a')],
    ['one digest of two that is wrong', 'a', `${digest('sha-256', 'a')}, ${digest('sha-512', 'b')}`],
    ['a body where none was signed', 'a', digest('sha-256', '')],
    ['no digest', 'a', undefined],
    ['a digest that cannot be read', 'a', 'sha-256=abc'],
    ['an algorithm that it does not know', 'a', 'md5=:AAAA:'],
  ])('refuses %s', async (_, body, header) => {
    await expect(assertDigest(body, header)).rejects.toThrow(DigestMismatchError)
  })
})
