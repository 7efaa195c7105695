/** A judged week as tables. */

import type { AlertRates } from '../../src/simulator/week/alert-rates.ts'
import { plantedKinds } from '../../src/simulator/week/planted.ts'
import type { JudgedWeek } from './judged-week.ts'

const falseShown = 20

export function weekText(week: JudgedWeek): string {
  const { of, played, truth, before, after, overstays, missedOverstays, falseAlerts } = week
  const falseByRule = Map.groupBy(falseAlerts, ({ rule }) => rule)
  return [
    `${of.days} days, ${of.bays} bays, seed ${of.seed}: ${played.frames} messages, ${truth.framesLost} lost on the way, ${played.lost} of them known as missing`,
    '',
    ...table(['planted', 'times', 'found', 'in time', 'not due', 'slowest, min', 'rule'], plantedRows(week)),
    '',
    `${overstays} vehicles stayed too long, ${missedOverstays.length} without an alert${missedOverstays
      .slice(0, 5)
      .map((one) => `; ${one}`)
      .join('')}`,
    '',
    ...table(
      ['rule', 'raised', 'standing alone', 'false'],
      [...before.byRule]
        .sort(([, a], [, b]) => b - a)
        .map(([rule, n]) => [...[rule, n, after.byRule.get(rule) ?? 0, falseByRule.get(rule)?.length ?? 0]]),
    ),
    '',
    ...table(
      ['', 'alerts', 'an hour', 'busiest 10 min', 'time in flood, %', 'top ten, %'],
      [ratesRow('before grouping', before), ratesRow('after grouping', after)],
    ),
    ...(falseAlerts.length > 0 ? ['', 'Without a cause:'] : []),
    ...falseAlerts
      .slice(0, falseShown)
      .map(({ rule, subject, at }) => `- ${new Date(at).toISOString()} ${rule} ${subject}`),
  ].join('\n')
}

function plantedRows({ findings }: JudgedWeek): (string | number)[][] {
  return plantedKinds.flatMap((kind) => {
    const of = findings.filter(({ planted }) => planted.kind === kind)
    if (of.length === 0) return []
    const delays = of.flatMap(({ planted, foundAt }) => (foundAt === undefined ? [] : [foundAt - planted.from]))
    const slowest = delays.length === 0 ? '-' : (Math.max(...delays) / 60_000).toFixed(1)
    const inTime = of.filter(({ isInTime }) => isInTime === true).length
    const notDue = of.filter(({ isInTime }) => isInTime === undefined).length
    return [[kind, of.length, delays.length, inTime, notDue, slowest, of[0]?.planted.rule ?? '']]
  })
}

const percent = (share: number) => (100 * share).toFixed(1)
const ratesRow = (name: string, rates: AlertRates) => [
  ...[name, rates.alerts, rates.perHour.toFixed(1), rates.busiest10Min],
  ...[percent(rates.floodShare), percent(rates.topTenShare)],
]

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const all = [head, ...rows].map((row) => row.map(String))
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)))
  return all.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  )
}
