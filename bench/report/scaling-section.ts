/** How throughput and memory go with the number of sensors, of stored rows, and of rows in a batch. */
import type { ScalingResult } from './results.ts'
import type { Section } from './section.ts'
import { linePlot } from './svg-plot.ts'
import { notRun, table } from './tables.ts'

export function scalingSection(result: ScalingResult): Section {
  const { sensors, rows, batch } = result
  const plot = <T extends { readonly store: string }>(
    list: readonly T[],
    titles: { title: string; xTitle: string },
    point: (one: T) => readonly [number, number],
  ) =>
    linePlot({
      ...titles,
      yTitle: 'rows a second',
      xLog: true,
      series: [...new Set(list.map(({ store }) => store))].map((store) => ({
        name: store,
        points: list.filter((one) => one.store === store).map(point),
      })),
    })
  const parts = [
    {
      list: sensors,
      picture: 'bench-sensors.svg',
      svg: plot(sensors, { title: 'By sensors, whole pipeline', xTitle: 'sensors' }, (one) => [
        one.sensors,
        one.events_per_s,
      ]),
      text: table(
        ['store', 'sensors', 'events/s', 'lost', 'PSS, MB'],
        sensors.map((one) => [one.store, one.sensors, one.events_per_s, one.lost, one.pss_mb]),
      ),
      about: '### By sensors\n\nHTTP batches through the whole pipeline, flat out.',
    },
    {
      list: rows,
      picture: 'bench-rows.svg',
      svg: plot(rows, { title: 'By stored rows, the store alone', xTitle: 'rows in the table' }, (one) => [
        one.rows,
        one.rows_per_s,
      ]),
      text: table(
        [
          'store',
          'rows',
          'rows/s',
          'commit p50, ms',
          'commit p99, ms',
          'device-day p50, ms',
          'device-day p99, ms',
          'rows of it',
          'bytes/row',
          'PSS, MB',
        ],
        rows.map((one) => [
          ...[one.store, one.rows, one.rows_per_s, one.commit_p50_ms, one.commit_p99_ms],
          ...[
            one.device_day_ms,
            one.device_day_p99_ms ?? 'not measured',
            one.device_day_rows,
            one.disk_bytes_per_row,
            one.pss_mb,
          ],
        ]),
      ),
      about:
        '### By stored rows\n\nThe store alone, 10,000 readings and 2,000 states a commit. *Device-day*: one day of one sensor read back, all pages; a hundred sensors, each asked once.',
    },
    {
      list: batch,
      picture: 'bench-batch.svg',
      svg: plot(batch, { title: 'By batch, the store alone', xTitle: 'readings in a commit' }, (one) => [
        one.batch,
        one.rows_per_s,
      ]),
      text: table(
        ['store', 'batch', 'rows/s', 'commit p50, ms', 'commit p99, ms'],
        batch.map((one) => [one.store, one.batch, one.rows_per_s, one.commit_p50_ms, one.commit_p99_ms]),
      ),
      about: '### By batch',
    },
  ].filter(({ list }) => list.length > 0)
  const text = parts.map(({ about, picture, text }) => `${about}\n\n![](pictures/${picture})\n\n${text}`)
  return {
    text: ['## Scaling', '', ...text, notRun(result.not_run)].join('\n'),
    pictures: Object.fromEntries(parts.map(({ picture, svg }) => [picture, svg])),
  }
}
