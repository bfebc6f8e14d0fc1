/** One metric with its values, as Prometheus' text format 0.0.4 knows it. */
export type Metric = {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram'
  samples: Sample[]
}
/** `suffix`: `_bucket`, `_sum` and `_count` of a histogram. */
export type Sample = { value: number; labels?: Record<string, string>; suffix?: string }

/** The text that a scrape is answered with. A metric without a value is left out. */
export function exposition(metrics: readonly Metric[]): string {
  const lines: string[] = []
  for (const { name, help, type, samples } of metrics) {
    if (samples.length === 0) continue
    lines.push(
      `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
      `# TYPE ${name} ${type}`,
    )
    for (const { value, labels, suffix = '' } of samples)
      lines.push(`${name}${suffix}${labelText(labels)} ${numberText(value)}`)
  }
  return `${lines.join('\n')}\n`
}

export function gauge(name: string, help: string, value: number | null, labels?: Sample['labels']): Metric {
  return {
    name,
    help,
    type: 'gauge',
    samples: value === null ? [] : [{ value, ...(labels ? { labels } : {}) }],
  }
}

export function counter(name: string, help: string, value: number): Metric {
  return { name, help, type: 'counter', samples: [{ value }] }
}

function labelText(labels: Sample['labels']): string {
  if (!labels) return ''
  const pairs = Object.entries(labels).map(
    ([name, value]) =>
      `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  )
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf'
  return Number.isFinite(value) ? String(value) : 'NaN'
}
