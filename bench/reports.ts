/**
 * Reports of a month and a year of 2,000 bays, on SQLite and MariaDB:
 * `npm run bench -- reports [--quick] [--store sqlite,mariadb] [--spans month,year] [--kinds occupancy,dwell,turnover,summary] [--year-kinds …]`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { plainBay } from '../src/domain/layout.ts'
import { quarterMs } from '../src/domain/occupancy-span.ts'
import { instant } from '../src/lib/brand.ts'
import { systemClock } from '../src/lib/clock.ts'
import { plainCsv } from '../src/lib/csv-text.ts'
import { silentLog } from '../src/lib/log.ts'
import { dayMs, minuteMs } from '../src/lib/utc-day.ts'
import { answerReport } from '../src/reports/answer.ts'
import { openStore } from '../src/store/engine/open.ts'
import type { Store } from '../src/store/store.ts'
import { mariadbMissing, startMariadb } from '../src/store/testing/mariadb-fixture.ts'
import { placeLayout } from '../src/store/testing/store-samples.ts'

const reportKinds = ['occupancy', 'dwell', 'turnover', 'summary'] as const
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    store: { type: 'string', default: 'sqlite,mariadb' },
    spans: { type: 'string' },
    kinds: { type: 'string', default: reportKinds.join(',') },
    'year-kinds': { type: 'string' },
  },
})
/** Days of each span; a quick run has a month. */
const spanDays: Readonly<Record<string, number>> = { month: 31, year: 365 }
const spans = (values.spans ?? (values.quick ? 'month' : 'month,year')).split(',')
const kindsOf = (span: string) => {
  const asked = ((span === 'year' && values['year-kinds']) || values.kinds).split(',')
  return reportKinds.filter((kind) => asked.includes(kind))
}
const bays = 2_000
const staysPerDay = 4
const days = Math.max(...spans.map((span) => spanDays[span] ?? 0))
const first = Date.parse('2025-11-01T00:00:00Z')
const layout = {
  ...{ name: 'Bench', bayW: 2, bayH: 5 },
  sites: [
    {
      ...{ id: 's', name: 'Site', zone: 'Europe/Berlin' },
      levels: [
        {
          ...{ id: 'l', name: 'L', x: 0, y: 0, w: 9_000, h: 9, zones: [] },
          bays: Array.from({ length: bays }, (_, i) => plainBay(`B-${i}`, { x: i * 3, y: 0 })),
        },
      ],
    },
  ],
}

/** Made by the database itself: a year of stays row by row would take minutes. `numbers`: a table of 0 to n - 1 with the column `seq`. */
function statements(numbers: (n: number) => string): readonly string[] {
  const departure = `${first} + d.seq * ${dayMs} + k.seq * 21600000 + (b.seq * 37 + d.seq * 11) % 60 * ${minuteMs}`
  const length = `(10 + (b.seq * 13 + k.seq * 101 + d.seq * 7) % 240) * ${minuteMs}`
  const start = `${first} + q.seq * ${quarterMs}`
  const occupied = '(500 + (q.seq * 31) % 1400)'
  return [
    `INSERT INTO stay (day, bay, departure, arrival, device, certain, corrections, max_error_ms, hidden_max, overstay_min)
     SELECT ${first / dayMs} + d.seq, CONCAT('B-', b.seq), ${departure}, ${departure} - ${length}, 0, CASE WHEN b.seq % 9 > 0 THEN 1 ELSE 0 END, 0, 0, 0, 0
     FROM ${numbers(days)} AS d CROSS JOIN ${numbers(bays)} AS b CROSS JOIN ${numbers(staysPerDay)} AS k`,
    `INSERT INTO occupancy (span_ms, site, level, zone, start, capacity, occupied_ms, known_ms, full_ms, min_occupied, max_occupied, occupied_end, known_end)
     SELECT ${quarterMs}, 's', '', '', ${start}, ${bays}, ${occupied} * ${quarterMs}, 1950 * ${quarterMs}, 0, ${occupied}, ${occupied}, ${occupied}, 1950
     FROM ${numbers((days * dayMs) / quarterMs)} AS q`,
    // All of it was processed.
    `INSERT INTO fold_clock (part, at) VALUES (0, ${first + days * dayMs})`,
  ]
}
const sqliteNumbers = (n: number) =>
  `(WITH RECURSIVE s(seq) AS (SELECT 0 UNION ALL SELECT seq + 1 FROM s WHERE seq < ${n - 1}) SELECT seq FROM s)`
const mariadbNumbers = (n: number) => `seq_0_to_${n - 1}`

async function measure(name: string, store: Store, fill: () => Promise<unknown>): Promise<void> {
  await store.migrate()
  await placeLayout(store, layout)
  await fill()
  const end = first + days * dayMs
  for (const span of spans)
    for (const kind of kindsOf(span)) {
      const length = spanDays[span] ?? 0
      const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10)
      const begun = performance.now()
      const { chunks } = await answerReport(store, {
        ...{
          kind,
          site: 's',
          from: dayOf(end - length * dayMs),
          to: dayOf(end),
          compare: 'none',
          format: 'json',
          csv: plainCsv,
        },
        ...{ now: instant(end + dayMs), keptDays: { stays: 0, bayChanges: 0 } },
      })
      let bytes = 0
      for await (const chunk of chunks) bytes += chunk.length
      console.log(
        `${name}  ${span}  ${kind.padEnd(10)} ${((performance.now() - begun) / 1_000).toFixed(2)} s  ${bytes} bytes`,
      )
    }
}

const deps = { log: silentLog, clock: systemClock }
for (const kind of values.store.split(',')) {
  if (kind === 'sqlite') {
    const dir = await mkdtemp(path.join(tmpdir(), 'bench-reports-'))
    const file = path.join(dir, 'bench.db')
    {
      await using store = await openStore(`sqlite:${file}`, deps)
      await measure('sqlite ', store, async () => {
        using db = new DatabaseSync(file)
        for (const statement of statements(sqliteNumbers)) db.exec(statement)
      })
    }
    await rm(dir, { recursive: true })
  } else if (mariadbMissing()) console.log(`${kind}: ${mariadbMissing()}`)
  else {
    await using server = await startMariadb()
    const url = await server.createDatabase()
    await using store = await openStore(url, deps)
    await measure('mariadb', store, async () => {
      for (const statement of statements(mariadbNumbers))
        await server.execute(statement, url.slice(url.lastIndexOf('/') + 1))
    })
  }
}
