/**
 * The server's figures in the text format of Prometheus: the desk reads what every other watcher reads, so the two never disagree.
 * Format: prometheus.io, "Exposition formats", text version 0.0.4. Pure.
 */
export interface Metrics {
  /** Undefined: the server does not know it, which is not 0. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined
  /** Every value of a label under which the name was told. */
  labels(name: string, label: string): readonly string[]
}

interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const prefix = 'baykeeper_'

export function readMetrics(text: string): Metrics {
  const byName = Map.groupBy(samples(text), ({ name }) => name)
  const of = (name: string) => byName.get(prefix + name) ?? []
  return {
    value: (name, labels = {}) =>
      of(name).find((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
        ?.value,
    labels: (name, label) => [...new Set(of(name).flatMap((sample) => sample.labels[label] ?? []))],
  }
}

function* samples(text: string): Generator<Sample> {
  for (const line of text.split('\n')) {
    const [, name, inner = '', number] = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)/i.exec(line) ?? []
    if (name === undefined || number === undefined) continue
    const value = Number(number)
    if (!Number.isFinite(value)) continue
    const labels: Record<string, string> = {}
    for (const [, label = '', quoted = ''] of inner.matchAll(/([a-z_]\w*)="((?:[^"\\]|\\.)*)"/gi))
      labels[label] = quoted.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
    yield { name, labels, value }
  }
}
