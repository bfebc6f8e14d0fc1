import { readFileSync } from 'node:fs'
import type { Receipt, ReceiptKey } from '../receipt.ts'

const folder = new URL('../../../../conformance/', import.meta.url)

function read<Data>(name: string): Data {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Data
}

type ConformanceKey = {
  name: string
  public_key: string
  algorithm: 'hmac-sha256' | 'ed25519'
  secret_keys: string[]
  retired_secret_keys: string[]
  ed25519_public_key_base64: string | null
  ed25519_private_key_pem: string | null
}

type RequestCase = {
  name: string
  request: { method: string; target: string; headers: [string, string][]; body_base64: string | null }
  expect: {
    accepted?: true
    public_key?: string
    secret_key_index?: number | null
    signature_base?: string
    code?: string
  }
}

type ReceiptCase = {
  name: string
  trusted: string[]
  receipt: Receipt
  signed: { accept_signature: string; created: number } | null
  expect: { accepted?: true; key_id?: string; reason?: string }
}

type WebhookCase = {
  name: string
  now: number
  secrets: string[]
  public_keys: string[]
  headers: [string, string][]
  body_base64: string
  expect: { accepted?: true; reason?: string }
}

export const requests = read<{
  server: { public_url: string; authority: string; now: number }
  keys: ConformanceKey[]
  cases: RequestCase[]
}>('requests.json')

export const receipts = read<{
  keys: { public_key: ReceiptKey & { kid: string }; private_key_pem: string }[]
  cases: ReceiptCase[]
}>('receipts.json')

export const webhooks = read<{
  now: number
  vectors: {
    message: { id: string; timestamp: string; body: string }
    cases: { scheme: 'v1' | 'v1a'; secret: string; signature: string }[]
  }
  cases: WebhookCase[]
}>('webhooks.json')

export const rfc9421 = read<{
  request: { method: string; target: string; headers: Record<string, string>; body: string }
  cases: {
    name: string
    key_base64?: string
    private_key_pem?: string
    signature_base: string
    signature: string
  }[]
}>('vectors/rfc9421.json')

/** The conformance key of that name. */
export function keyNamed(name: string): ConformanceKey {
  const key = requests.keys.find((each) => each.name === name)
  if (!key) throw new Error(`no conformance key is named ${name}`)
  return key
}
