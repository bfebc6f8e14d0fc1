import { newId } from '../ids.ts'
import type { RequestRecord } from './record-request.ts'

/** A record for tests: an accepted GET of a Test Mode key, unless told otherwise. */
export function testRecord(changes: Partial<RequestRecord> = {}): RequestRecord {
  const createdAt = changes.createdAt ?? Date.now()
  return {
    id: newId('req', createdAt),
    createdAt,
    workspaceId: 'wks_test',
    apiKeyId: 'key_test',
    secretVersion: 1,
    mode: 'test',
    currencyType: 'fiat',
    method: 'GET',
    path: '/v1/me',
    query: '',
    status: 200,
    code: null,
    durationMs: 1.5,
    ip: '203.0.113.7',
    userAgent: 'test',
    requestHeaders: ['Host', 'localhost:4747'],
    requestBody: null,
    isBodyJson: false,
    responseHeaders: { 'content-type': 'application/json' },
    responseBody: '{"ok":true}',
    idempotencyKey: null,
    transactionId: null,
    eventIds: [],
    diagnosis: null,
    ...changes,
  }
}
