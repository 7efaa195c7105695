/** The pipeline compared with the layers below it. */
import { count, mean, rounded } from '../run/figures.ts'
import type { LimitsResult } from './results.ts'
import type { Section } from './section.ts'
import { barPlot } from './svg-plot.ts'
import { notRun, table } from './tables.ts'

const sourceNames: Record<string, string> = {
  http: 'HTTP batches',
  tcp: 'TCP lines',
  mqtt: 'MQTT QoS 1, built-in broker',
  mosquitto: 'MQTT QoS 1, Mosquitto',
  serial: 'serial line',
}
const rawNames: Record<string, string> = {
  mariadb: 'raw bulk insert, MariaDB',
  mysql: 'raw bulk insert, MySQL',
  sqlite: 'raw bulk insert, SQLite',
  mqtt: 'bare broker',
  mosquitto: 'Mosquitto to mqtt.js, bare',
}

export function limitsSection(result: LimitsResult): Section {
  const { results, raw, devices } = result
  const nameOf = (source: string) => sourceNames[source] ?? source
  const latency = (one: { p50_ms: number; p99_ms: number } | null | undefined) =>
    one ? `${one.p50_ms} / ${one.p99_ms}` : '-'
  const paced = results.flatMap(({ store, source, paced }) => (paced ? [{ store, source, ...paced }] : []))
  const text = [
    '## The limits',
    '',
    `${count(devices)} sensors. The whole pipeline (journal, decoding, deduplication, states, ledger) flat out, in turns with what stands below it:`,
    'a bulk insert of the same rows into the same table by the fastest client, a broker with nothing behind it. *Bytes* are disk per event.',
    '',
    table(
      [
        'source',
        'store',
        'events/s',
        'of raw insert',
        'of bare MQTT',
        'lost',
        'doubled',
        'CPU s/million',
        'PSS, MB',
        'database PSS, MB',
        'journal bytes',
        'database bytes',
      ],
      results.map((one) => [
        ...[
          nameOf(one.source),
          one.store,
          one.events_per_s,
          ratio(one.events_per_s, raw[one.store]),
          ratio(one.events_per_s, raw[one.source]),
        ],
        ...[one.lost, one.doubled, one.cpu_s_per_million, one.pss_mb, one.database_pss_mb],
        ...[one.journal_bytes_per_event, one.database_bytes_per_event],
      ]),
    ),
    '![Flat out](pictures/bench-limits.svg)',
    '',
    'Yardsticks of the same run:',
    '',
    table(
      ['yardstick', 'a second, mean', 'each'],
      Object.entries(raw).map(([name, rates]) => [
        rawNames[name] ?? name,
        Math.round(mean(rates)),
        rates.map(count).join(', '),
      ]),
    ),
    ...(paced.length > 0
      ? [
          `### At ${count(paced[0]?.rate)} events a second`,
          '',
          'Milliseconds from the wire, p50 / p99. *Browser*: until the stream of a page sends the change of a bay; the live state is polled ten times a second.',
          '',
          table(
            ['source', 'store', 'acknowledged', 'committed', 'browser', 'cores without the generator'],
            paced.map((one) => [
              nameOf(one.source),
              one.store,
              latency(one.acknowledged),
              latency(one.committed),
              latency(one.browser),
              one.cores,
            ]),
          ),
        ]
      : []),
    notRun(result.not_run),
  ]
  const bars = [
    ...Object.entries(raw).map(([name, rates]) => ({ name: rawNames[name] ?? name, value: mean(rates) })),
    ...results.map(({ source, store, events_per_s }) => ({
      name: `${shortNames[source] ?? source} to ${store}`,
      value: events_per_s,
      strong: true,
    })),
  ]
  return {
    text: text.join('\n'),
    pictures: {
      'bench-limits.svg': barPlot({
        title: 'Flat out, and what stands below',
        xTitle: 'events, rows or messages a second',
        bars,
        format: count,
      }),
    },
  }
}

const shortNames: Record<string, string> = {
  http: 'HTTP',
  tcp: 'TCP',
  mqtt: 'MQTT',
  mosquitto: 'Mosquitto',
  serial: 'serial',
}

const ratio = (rate: number, below: readonly number[] | undefined) =>
  below?.length ? rounded(rate / mean(below), 3) : null
