/** 50,000 bays and 50,000 sensors: each figure beside its target, and what it is made of. */
import { count } from '../run/figures.ts'
import type { DomainResult } from './results.ts'
import type { Section } from './section.ts'
import { notRun, table } from './tables.ts'

/** `atMost`: a smaller figure is better. */
const targets = [
  { key: 'folds_per_s', name: 'all folds, readings/s of a core', target: 300_000, atMost: false },
  { key: 'publish_ms', name: 'a layout of 50,000 bays published, ms', target: 3_000, atMost: true },
  { key: 'past_state_ms', name: 'state of 50,000 bays on a past day, ms', target: 2_000, atMost: true },
  { key: 'sites_p99_ms', name: 'sites at 1,000 requests/s beside 10,000 events/s, p99, ms', target: 10, atMost: true },
  {
    key: 'rate_50k_ratio',
    name: 'events/s with 50,000 sensors over 2,000, the lower store',
    target: 0.6,
    atMost: false,
  },
  {
    key: 'pss_50k_mb',
    name: 'PSS of all processes with 50,000 sensors, the higher store, MB',
    target: 500,
    atMost: true,
  },
] as const

export function domainSection(result: DomainResult): Section {
  const { folds, served, rates } = result
  const isMet = (value: number | null, target: number, atMost: boolean) =>
    value === null ? 'not measured' : (atMost ? value < target : value >= target) ? 'yes' : '**no**'
  const text = [
    '## 50,000 bays, 50,000 sensors',
    '',
    'The worst of several where there are several.',
    '',
    table(
      ['figure', 'measured', 'target', 'met'],
      targets.map(({ key, name, target, atMost }) => [
        name,
        result[key],
        `${atMost ? 'below' : 'at least'} ${count(target) === '1' ? target : count(target)}`,
        isMet(result[key], target, atMost),
      ]),
    ),
    ...(folds
      ? [
          'Folds, by the share of readings that change a bay:',
          '',
          table(
            ['share', 'readings/s of a core'],
            Object.entries(folds).map(([share, rate]) => [`${100 * Number(share)} %`, rate]),
          ),
        ]
      : []),
    table(
      ['store', 'sensors', 'events/s', 'lost', 'PSS, MB'],
      Object.entries(rates).flatMap(([store, list]) =>
        list.map((one) => [store, one.sensors, one.events_per_s, one.lost, one.pss_mb]),
      ),
    ),
    ...(served
      ? [
          `Each publication took ${served.publish_ms.map(count).join(', ')} ms. Beside it ${count(served.rate)} events/s were acknowledged in ${served.ack_publishing.p50_ms} / ${served.ack_publishing.p99_ms} ms (p50 / p99), without it in ${served.ack_quiet.p50_ms} / ${served.ack_quiet.p99_ms} ms; ${served.lost} of them were lost.`,
          `A change of one bay took ${count(served.change_ms.p50_ms)} / ${count(served.change_ms.p99_ms)} ms (p50 / p99, ${served.change_ms.count} changes) and stores ${count(served.change_bytes)} bytes: the layout, packed.`,
          `The past day is one of ${count(served.past_changes)} stored changes. Sites were answered in ${served.sites.p50_ms} / ${served.sites.p99_ms} ms, ${served.sites.failed} of ${count(served.sites.sent)} requests failed.`,
          '',
        ]
      : []),
    notRun(result.not_run),
  ]
  return { text: text.join('\n'), pictures: {} }
}
