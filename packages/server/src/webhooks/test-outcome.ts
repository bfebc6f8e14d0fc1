import type { AttemptOutcome } from './delivery-queries.ts'

/** A successful attempt, for tests that record one without making it. */
export function outcome(
  given: Pick<AttemptOutcome, 'endpoint_id' | 'event_id' | 'lease_id' | 'workspace_id'> &
    Partial<AttemptOutcome>,
): AttemptOutcome {
  return {
    mode: 'test',
    event_type: 'transaction.created',
    ping: false,
    probe: false,
    outcome: 'delivered',
    reason: null,
    next_at: null,
    at: new Date().toISOString(),
    duration_ms: 1,
    url: 'http://127.0.0.1:1/',
    remote_address: null,
    request_headers: [],
    status_code: 200,
    response_headers: [],
    response_body: null,
    response_truncated: false,
    dns_ms: null,
    connect_ms: null,
    tls_ms: null,
    first_byte_ms: null,
    error: null,
    error_detail: null,
    ...given,
  }
}
