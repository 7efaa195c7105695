/** Real stays that overran their limit, compared with half of it: the overstays become those that the data has, to the minute. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { emptyLayout, type Layout, plainBay } from '../../domain/layout.ts'
import { encodePublication } from '../../domain/layout-publication.ts'
import { encodeUplink } from '../../domain/uplink.ts'
import { type JournalRecord, recordKinds } from '../../journal/journal.ts'
import { openDesk, openJournalWriter } from '../../journal/segment-journal.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { systemClock } from '../../lib/clock.ts'
import { silentLog } from '../../lib/log.ts'
import { packJson } from '../../lib/packed-json.ts'
import { dayMs, minuteMs } from '../../lib/utc-day.ts'
import { readCsvFile } from '../../simulator/csv-file.ts'
import { type BadRow, readStays, type Stay } from '../../simulator/stays.ts'
import { transitions } from '../../simulator/transitions.ts'
import { compare } from './compare.ts'
import { scratchDirectory } from './scratch-directory.ts'

const zone = 'Australia/Melbourne'
const file = path.join(
  import.meta.dirname,
  '../../../../shared/data/datasets/melbourne-violations/melbourne_overstays_2016-11-07_2016-12-04.csv',
)
const skip = existsSync(file) ? false : `no stays at ${file}`
if (skip)
  process.stderr.write(
    'SKIPPED: halved limits are not compared with the overstays of Melbourne: the data is not at ../shared/data\n',
  )
const never = ({ line, what }: BadRow) => assert.fail(`line ${line}: ${what}`)

interface Overrun extends Stay {
  readonly limitMin: number
  readonly overstayMin: number
}

/** Of bays that have one limit of two minutes or more throughout, and no stay that overlaps another. */
async function plainOverruns(): Promise<ReadonlyMap<string, readonly Overrun[]>> {
  const rows: (readonly [violation: number, overstayMin: number])[] = []
  for await (const { cells } of readCsvFile(file, ['violation_local', 'overstay_min'])) {
    const at = Temporal.PlainDateTime.from(cells['violation_local'] ?? '').toZonedDateTime(zone).epochMilliseconds
    rows.push([at, Number(cells['overstay_min'])])
  }
  const byBay = new Map<string, Overrun[]>()
  let row = 0
  for await (const stay of readStays(file, zone, never)) {
    const [violation, overstayMin] = rows[row++] as readonly [number, number]
    const overrun = { ...stay, overstayMin, limitMin: (violation - stay.arrival) / minuteMs }
    byBay.getOrInsertComputed(stay.bay, () => []).push(overrun)
  }
  const isPlain = (stays: readonly Overrun[]) =>
    stays.every(
      ({ arrival, limitMin }, i) =>
        limitMin >= 2 && limitMin === stays[0]?.limitMin && arrival >= (stays[i - 1]?.departure ?? 0),
    )
  return new Map([...byBay].filter(([, stays]) => isPlain(stays)))
}

/** `of`: what of its limit a bay allows, minutes. */
const layoutOf = (overruns: ReadonlyMap<string, readonly Overrun[]>, of: (limitMin: number) => number): Layout => ({
  ...emptyLayout,
  sites: [
    {
      ...{ id: 'M', name: 'Melbourne', zone },
      levels: [
        {
          ...{ id: 'street', name: 'Street', x: 0, y: 0, w: 90_000, h: 9, zones: [] },
          bays: [...overruns].map(([id, [first]], i) =>
            plainBay(id, { x: 3 * i, y: 0 }, { rule: { maxStayMin: of((first as Overrun).limitMin) } }),
          ),
        },
      ],
    },
  ],
})

async function journaled(dataDir: string, layout: Layout, stays: readonly Overrun[]) {
  await using writer = await openJournalWriter(path.join(dataDir, 'journal'))
  await using desk = await openDesk(path.join(dataDir, 'desk'))
  const at = instant(Math.min(...stays.map(({ arrival }) => arrival)))
  const bytes = encodePublication({ author: 'planner', comment: '', at, packed: await packJson(layout) })
  const record = await writer.append([{ kind: recordKinds.desk, frames: 0, bytes }])
  await desk.append({ journal: writer.id, record, bytes })
  let seq = 0
  let batch: JournalRecord[] = []
  for await (const { device, time, occupied } of transitions(Readable.from(stays), never)) {
    const uplink = { source: 'http', codec: 'generic', framing: 'json' as const, arrivedAt: time as Instant }
    const frame = Buffer.from(JSON.stringify({ device, boot: 1, seq: seq++, occupied }))
    batch.push({ kind: recordKinds.data, frames: 1, bytes: encodeUplink({ ...uplink, bytes: frame }) })
    if (batch.length < 1_000) continue
    await writer.append(batch)
    batch = []
  }
  if (batch.length > 0) await writer.append(batch)
}

test('half the limit of each bay makes the overstays of the street longer by as much, in each stay', {
  skip,
}, async (t) => {
  const overruns = await plainOverruns()
  const stays = [...overruns.values()].flat().sort((a, b) => a.arrival - b.arrival)
  assert.ok(overruns.size > 100 && stays.length > 1_000, `${overruns.size} bays, ${stays.length} stays`)
  const dataDir = await mkdtemp(path.join(tmpdir(), 'melbourne-'))
  t.after(() => rm(dataDir, { recursive: true, force: true }))
  await journaled(
    dataDir,
    layoutOf(overruns, (limit) => limit),
    stays,
  )
  await using scratch = await scratchDirectory(dataDir, 2 ** 31)
  const half = (limit: number) => Math.floor(limit / 2)
  const { totals, bays, places } = await compare({
    ...{ dataDir, archive: undefined, scratch, clock: systemClock, log: silentLog },
    layout: layoutOf(overruns, half),
    asked: { from: undefined, to: undefined, leadMs: 0 },
    ...{ decoding: { codecs: {}, decoders: {} }, promiseMs: 60 * dayMs, signal: new AbortController().signal },
  })
  const inData = stays.reduce((sum, { overstayMin }) => sum + overstayMin, 0)
  const longer = stays.reduce((sum, { limitMin }) => sum + limitMin - half(limitMin), 0)
  assert.deepEqual(
    [totals.before.stays, totals.before.overstays, totals.before.overstayMin],
    [...[stays.length, stays.length, inData]],
  )
  assert.deepEqual(
    [totals.after.stays, totals.after.overstays, totals.after.overstayMin],
    [...[stays.length, stays.length, inData + longer]],
  )
  for (const { bay, before, after } of bays) {
    const own = overruns.get(bay) ?? []
    const limit = own[0]?.limitMin ?? 0
    assert.equal((after?.overstayMin ?? 0) - (before?.overstayMin ?? 0), own.length * (limit - half(limit)), bay)
  }
  assert.deepEqual([bays.length, places], [overruns.size, []])
  t.diagnostic(`${overruns.size} bays, ${stays.length} stays: ${inData} minutes become ${inData + longer}`)
})
