import { Link } from '@tanstack/react-router'
import type { Usage } from '../api-types.ts'
import { REQUESTS } from '../explorer-sources.ts'
import { bucketEnd, deliveryRate, errorRate, listRange } from '../usage.ts'
import { latency, percent, timeSpan, wholeNumber } from '../usage-words.ts'

/** The figures of the charts as rows, newest first; times in which nothing happened are left out. */
export function UsageTable({ usage }: { usage: Usage }) {
  const rows = usage.data
    .map((bucket, index) => ({ ...bucket, end: bucketEnd(usage, index) }))
    .filter(({ requests, webhook_attempts: attempts }) => (requests?.total ?? 0) + (attempts?.total ?? 0) > 0)
    .reverse()
  if (rows.length === 0) return <p className="card card-pad second">Nothing happened in this time.</p>
  return (
    <div className="table-frame">
      <table className="table dense">
        <caption className="visually-hidden">Requests and webhook attempts over time</caption>
        <thead>
          <tr>
            <th>Time</th>
            <th className="num">Requests</th>
            <th className="num">2xx</th>
            <th className="num">4xx</th>
            <th className="num">5xx</th>
            <th className="num">Errors</th>
            <th className="num">p50</th>
            <th className="num">p95</th>
            <th className="num">p99</th>
            <th className="num">Webhook attempts</th>
            <th className="num">Delivered</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ start, end, requests, webhook_attempts: attempts }) => {
            const errors = requests && errorRate(requests)
            const delivered = attempts && deliveryRate(attempts)
            const times = requests?.latency_ms
            return (
              <tr key={start}>
                <td className="nowrap" data-label="Time">
                  <Link to="/transaction-logs" search={listRange(REQUESTS, start, end)} className="link">
                    {timeSpan(Date.parse(start), Date.parse(end))}
                  </Link>
                </td>
                <Figure label="Requests">{wholeNumber(requests?.total ?? 0)}</Figure>
                <Figure label="2xx">{wholeNumber(requests?.status_2xx ?? 0)}</Figure>
                <Figure label="4xx">{wholeNumber(requests?.status_4xx ?? 0)}</Figure>
                <Figure label="5xx">{wholeNumber(requests?.status_5xx ?? 0)}</Figure>
                <Figure label="Errors">{errors === null ? '–' : percent(errors)}</Figure>
                <Figure label="p50">{times ? latency(times.p50) : '–'}</Figure>
                <Figure label="p95">{times ? latency(times.p95) : '–'}</Figure>
                <Figure label="p99">{times ? latency(times.p99) : '–'}</Figure>
                <Figure label="Webhook attempts">{wholeNumber(attempts?.total ?? 0)}</Figure>
                <Figure label="Delivered">{delivered === null ? '–' : percent(delivered)}</Figure>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function Figure({ label, children }: { label: string; children: string }) {
  return (
    <td className="num" data-label={label}>
      {children}
    </td>
  )
}
