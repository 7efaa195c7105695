import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { type ProjectionChecksum, projectionChecksum } from '../../audit/projection-checksum.ts'
import { encodeDeskEntry } from '../../domain/desk-change.ts'
import { emptyLayout, type Layout, plainBay } from '../../domain/layout.ts'
import { encodePublication } from '../../domain/layout-publication.ts'
import { encodeUplink } from '../../domain/uplink.ts'
import { createArchiver } from '../../journal/archive/archiver.ts'
import { type JournalRecord, recordKinds } from '../../journal/journal.ts'
import { openDesk, openJournalWriter } from '../../journal/segment-journal.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { systemClock } from '../../lib/clock.ts'
import { realFiles } from '../../lib/files.ts'
import { silentLog } from '../../lib/log.ts'
import { packJson } from '../../lib/packed-json.ts'
import { dayMs, minuteMs } from '../../lib/utc-day.ts'
import { openStore } from '../../store/engine/open.ts'
import { rebuild } from '../rebuild.ts'
import { type CompareDeps, type Comparison, compare } from './compare.ts'
import { scratchDirectory } from './scratch-directory.ts'

const begin = Date.parse('2026-11-23T08:00:00Z')
const at = (minutes: number): Instant => instant(begin + minutes * minuteMs)

const layoutOf = (maxStayMin: number, ids: readonly string[] = ['A-1', 'A-2', 'A-3'], type = 'standard'): Layout => ({
  ...emptyLayout,
  sites: [
    {
      ...{ id: 'S', name: 'S', zone: 'UTC', stayRules: [{ maxStayMin }] },
      levels: [
        {
          ...{ id: 'L', name: 'L', x: 0, y: 0, w: 90, h: 90, zones: [] },
          bays: ids.map((id, i) => plainBay(id, { x: 3 * i, y: 0 }, { types: [type as 'ev'] })),
        },
      ],
    },
  ],
})

const reading = (minutes: number, device: string, seq: number, occupied: boolean | null): JournalRecord => ({
  kind: recordKinds.data,
  frames: 1,
  bytes: encodeUplink({
    ...{ source: 'http', codec: 'generic', framing: 'json', arrivedAt: at(minutes) },
    bytes: Buffer.from(JSON.stringify({ device, boot: 1, seq, occupied })),
  }),
})
const publication = async (minutes: number, layout: Layout): Promise<JournalRecord> => ({
  ...{ kind: recordKinds.desk, frames: 0 },
  bytes: encodePublication({ author: 'planner', comment: '', at: at(minutes), packed: await packJson(layout) }),
})
const closed = (minutes: number, bay: string): JournalRecord => ({
  ...{ kind: recordKinds.desk, frames: 0 },
  bytes: encodeDeskEntry({
    ...{ author: 'operator', reason: 'works', at: at(minutes) },
    change: { is: 'override', id: 'works', bays: [bay], state: 'closed', until: null },
  }),
})

/** Stays of 40 and 100 minutes, in turn, in three bays. */
function traffic(from: number, hours: number): { minutes: number; record: JournalRecord }[] {
  const found = []
  for (const [b, device] of ['A-1', 'A-2', 'A-3'].entries())
    for (let n = 0, minutes = from + b; minutes < from + 60 * hours; n++) {
      found.push({ minutes, record: reading(minutes, device, 2 * (from + n) + 1, true) })
      const stay = n % 2 === 0 ? 40 : 100
      found.push({ minutes: minutes + stay, record: reading(minutes + stay, device, 2 * (from + n) + 2, false) })
      minutes += stay + 20
    }
  return found.sort((a, b) => a.minutes - b.minutes)
}

interface Place {
  readonly dataDir: string
  readonly journalDir: string
  readonly archive: string
}

async function place(t: TestContext): Promise<Place> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'compare-'))
  t.after(() => rm(dataDir, { recursive: true, force: true }))
  const archive = path.join(dataDir, 'archive')
  await mkdir(archive)
  return { dataDir, journalDir: path.join(dataDir, 'journal'), archive }
}

async function journaled({ dataDir, journalDir }: Place, records: readonly JournalRecord[], segmentBytesMax = 2_000) {
  await using writer = await openJournalWriter(journalDir, { segmentBytesMax })
  await using desk = await openDesk(path.join(dataDir, 'desk'))
  for (const record of records) {
    const number = await writer.append([record])
    if (record.kind === recordKinds.desk) await desk.append({ journal: writer.id, record: number, bytes: record.bytes })
  }
}

interface Asked extends Partial<Pick<CompareDeps, 'archive' | 'signal' | 'onProgress' | 'onReplayed'>> {
  readonly from?: Instant
  readonly to?: Instant
  readonly leadMs?: number
  readonly scratchBytes?: number
}

async function compared({ dataDir }: Place, layout: Layout, asked: Asked = {}): Promise<Comparison> {
  const { from, to, leadMs = dayMs, scratchBytes = 2 ** 30, archive, ...more } = asked
  await using scratch = await scratchDirectory(dataDir, scratchBytes)
  return await compare({
    ...{ dataDir, archive, layout, scratch, clock: systemClock, log: silentLog },
    asked: { from, to, leadMs },
    ...{ decoding: { codecs: {}, decoders: {} }, promiseMs: dayMs, signal: new AbortController().signal },
    ...more,
  })
}

/** As a server would have made it, from the whole journal. */
async function checksumOf({ dataDir }: Place, archive?: string): Promise<ProjectionChecksum> {
  await using store = await openStore(`sqlite:${dataDir}/whole.db`, { log: silentLog, clock: systemClock })
  await store.migrate()
  await rebuild({
    ...{ store, dataDir, archive, decoding: { codecs: {}, decoders: {} }, promiseMs: dayMs },
    ...{ clock: systemClock, log: silentLog, signal: new AbortController().signal },
  })
  return await projectionChecksum(store)
}

test('with the layout that was in effect there is no difference, and the projection is that of the database', async (t) => {
  const here = await place(t)
  const layout = layoutOf(60)
  const all = [await publication(0, layout), ...traffic(1, 12).map(({ record }) => record)]
  await journaled(here, [...all.slice(0, 20), closed(200, 'A-3'), ...all.slice(20)])
  const checksums = new Map<string, ProjectionChecksum>()
  const found = await compared(here, layout, {
    onReplayed: async (run, store) => void checksums.set(run, await projectionChecksum(store)),
  })
  assert.deepEqual([found.same, found.unreadable, found.range.isFromBegin], [true, 0, true])
  assert.ok(found.totals.before.stays > 20 && found.totals.before.overstays > 0)
  assert.deepEqual(found.totals.after, found.totals.before)
  assert.deepEqual(checksums.get('as it was'), await checksumOf(here))
})

test('another rule changes the overstays and nothing else, another type the places of types', async (t) => {
  const here = await place(t)
  await journaled(here, [await publication(0, layoutOf(60)), ...traffic(1, 12).map(({ record }) => record)])
  const { bays, rules, places, totals } = await compared(here, layoutOf(30))
  const { before, after } = totals
  // Of each stay of 40 and 100 minutes: 40 beyond the limit of an hour, and 10 and 70 beyond that of half an hour.
  const long = before.overstays
  assert.equal(before.overstayMin, 40 * long)
  assert.deepEqual([after.overstays, after.overstayMin], [after.stays, 70 * long + 10 * (after.stays - long)])
  assert.deepEqual(
    rules.map(({ before, after }) => [before?.maxStayMin, before?.minutes, after?.maxStayMin, after?.minutes]),
    [
      [undefined, undefined, 30, after.overstayMin],
      [60, before.overstayMin, undefined, undefined],
    ],
  )
  assert.deepEqual([bays.length, places], [3, []])
  const typed = await compared(here, layoutOf(60, undefined, 'ev'))
  assert.deepEqual([typed.bays, typed.rules], [[], []])
  assert.deepEqual(
    typed.places.map(({ before, after }) => [(before ?? after)?.site, before?.zone, after?.zone]),
    [
      ['S', undefined, 'ev'],
      ['S', 'standard', undefined],
      [null, undefined, 'ev'],
      [null, 'standard', undefined],
    ],
  )
  const [, ofSite] = typed.places
  const [ev] = typed.places
  assert.deepEqual(ev?.after && { ...ev.after, zone: 'standard' }, ofSite?.before)
})

test('a longer heartbeat keeps a bay known for longer, and what never reported is unknown with both', async (t) => {
  const here = await place(t)
  const withHeartbeat = (heartbeatS: number): Layout => ({ ...layoutOf(600), devices: [{ device: 'A-1', heartbeatS }] })
  const steady = Array.from({ length: 25 }, (_, n) => ({
    minutes: 1 + 5 * n,
    record: reading(1 + 5 * n, 'A-2', n + 1, n % 2 === 0),
  }))
  const some = [10, 20].map((minutes, n) => ({ minutes, record: reading(minutes, 'A-1', n + 1, n === 0) }))
  const all = [...steady, ...some].sort((a, b) => a.minutes - b.minutes).map(({ record }) => record)
  await journaled(here, [await publication(0, withHeartbeat(600)), ...all])
  const range = { from: at(0), to: at(120) }
  const { bays, totals } = await compared(here, withHeartbeat(3_600), range)
  // It is silent 2.5 times its heartbeat after minute 20.
  const minutesOf = (ms: number | undefined) => (ms ?? Number.NaN) / minuteMs
  assert.deepEqual(
    bays.map(({ bay, before, after }) => [bay, minutesOf(before?.unknownMs), minutesOf(after?.unknownMs)]),
    [['A-1', 10 + 120 - 45, 10]],
  )
  assert.deepEqual(
    [totals.before, totals.after].map(({ unknownMs }) => minutesOf(unknownMs)),
    [85 + 1 + 120, 10 + 1 + 120],
  )
})

test('every layout of the range is replaced, also where it was published in it, and overrides stay', async (t) => {
  const here = await place(t)
  const [first, second] = [traffic(1, 6), traffic(400, 6)].map((part) => part.map(({ record }) => record))
  await journaled(here, [
    await publication(0, layoutOf(60, ['A-1'])),
    ...(first ?? []),
    await publication(399, layoutOf(60, ['A-1', 'A-2'])),
    closed(399, 'A-1'),
    ...(second ?? []),
  ])
  const { totals, bays } = await compared(here, layoutOf(60))
  assert.deepEqual(
    bays.map(({ bay, before, after }) => [bay, before === null, after === null]),
    [
      ['A-2', false, false],
      ['A-3', true, false],
    ],
  )
  assert.ok(totals.after.stays > totals.before.stays)
})

test('a range begins with a segment before it, with states unknown before that, and ends before its end', async (t) => {
  const here = await place(t)
  await journaled(here, [await publication(0, layoutOf(60)), ...traffic(1, 48).map(({ record }) => record)])
  const [from, to] = [at(1_440), at(2_000)]
  const clocks: (Instant | undefined)[] = []
  const whole = await compared(here, layoutOf(30), {
    ...{ from, to },
    onReplayed: async (_, store) => void clocks.push(await store.foldClock()),
  })
  for (const clock of clocks) assert.ok(clock !== undefined && clock < to && clock > to - 60 * minuteMs)
  const late = await compared(here, layoutOf(30), { from, to, leadMs: 6 * 60 * minuteMs })
  assert.equal(whole.range.isFromBegin, true)
  assert.equal(late.range.isFromBegin, false)
  assert.ok(late.range.replayedFrom > at(720) && late.range.replayedFrom <= at(1_080))
  // The layout is older than the replay: it comes from the changes made by people.
  assert.deepEqual(late.totals, whole.totals)
  assert.deepEqual(late.rules, whole.rules)
  assert.deepEqual(late.unreadable, 0)
  const [part] = late.range.parts
  assert.ok(part && part.first > 1 && part.last > part.first)
  const none = await compared(here, layoutOf(60), { from, to, leadMs: 0 })
  assert.equal(none.same, true)
})

test('a range is read from the archive where the journal has lost it, and refused with what is kept where both have', async (t) => {
  const here = await place(t)
  await journaled(here, [await publication(0, layoutOf(60)), ...traffic(1, 24).map(({ record }) => record)])
  const whole = await compared(here, layoutOf(30))
  const archiver = createArchiver(realFiles, here.journalDir, here.archive)
  await archiver.look()
  const { written } = await archiver.look()
  assert.ok(written.length > 3)
  for (const name of written) await rm(path.join(here.journalDir, name))
  const again = await compared(here, layoutOf(30), { archive: here.archive })
  assert.deepEqual([again.totals, again.rules], [whole.totals, whole.rules])
  await assert.rejects(
    compared(here, layoutOf(30), { from: at(5) }),
    /the oldest record that is kept is of 2026-11-2.*--archive/,
  )
  await assert.rejects(
    compared(here, layoutOf(30), { from: at(99_999) }),
    /holds nothing: the newest record is of 2026-11-24T/,
  )
  await assert.rejects(compared(here, layoutOf(30), { from: at(9), to: at(9) }), /is not before --to/)
  const empty = await place(t)
  await assert.rejects(compared(empty, layoutOf(30)), /there is no message/)
})

test('a range over two journals, the older one in the archive alone, is that of both', async (t) => {
  const here = await place(t)
  await journaled(here, [await publication(0, layoutOf(60)), ...traffic(1, 12).map(({ record }) => record)])
  // The next opening closes the last segment, and the one after it begins another journal.
  await (await openJournalWriter(here.journalDir))[Symbol.asyncDispose]()
  const archiver = createArchiver(realFiles, here.journalDir, here.archive)
  await archiver.look()
  await archiver.look()
  await rename(here.journalDir, path.join(here.dataDir, 'journal of before'))
  await journaled(here, [await publication(800, layoutOf(60)), ...traffic(801, 12).map(({ record }) => record)])
  const { archive } = here
  let checksum: ProjectionChecksum | undefined
  const whole = await compared(here, layoutOf(60), {
    archive,
    onReplayed: async (run, store) => {
      if (run === 'as it was') checksum = await projectionChecksum(store)
    },
  })
  assert.deepEqual([whole.same, whole.range.parts.length, whole.unreadable], [true, 2, 0])
  assert.deepEqual(checksum, await checksumOf(here, archive))
  const ofOne = async (from: number, to: number, leadMs: number) => {
    const { range, totals } = await compared(here, layoutOf(60), { archive, from: at(from), to: at(to), leadMs })
    return [range.parts.length, totals.before.stays]
  }
  const [older, newer] = [await ofOne(0, 790, 0), await ofOne(801, 1_600, 0)]
  assert.deepEqual([older[0], newer[0]], [1, 1])
  assert.ok((older[1] ?? 0) > 10 && (newer[1] ?? 0) > 10)
  // With a lead the states of the journal before are known.
  assert.equal((await ofOne(801, 1_600, dayMs))[0], 2)
})

test('records that retention removes while they are replayed are a fault, and no difference', async (t) => {
  const here = await place(t)
  await journaled(here, [await publication(0, layoutOf(60)), ...traffic(1, 24).map(({ record }) => record)])
  const removed: CompareDeps['onReplayed'] = async (run) => {
    const [oldest] = (await readdir(here.journalDir)).sort()
    if (run === 'as it was') await rm(path.join(here.journalDir, oldest as string))
  }
  await assert.rejects(compared(here, layoutOf(60), { onReplayed: removed }), /lost records of the range while/)
  const { same, unreadable } = await compared(here, layoutOf(60), { leadMs: 0 })
  assert.deepEqual([same, unreadable], [true, 0])
})

test('a range in which nothing arrived has the states of before it', async (t) => {
  const here = await place(t)
  const all = [reading(1, 'A-1', 1, true), reading(600, 'A-1', 2, false)]
  await journaled(here, [await publication(0, layoutOf(60)), ...all], 200)
  const silent = { from: at(60), to: at(120) }
  const { same, totals } = await compared(here, layoutOf(60), silent)
  // A-1 is known throughout.
  assert.deepEqual([same, totals.before.unknownMs], [true, 2 * 60 * minuteMs])
  const { places } = await compared(here, layoutOf(60, ['A-1']), silent)
  const [city] = places.filter(({ before }) => before?.site === null && before.zone === null)
  assert.deepEqual([city?.before?.occupiedMs, city?.before?.capacityMs], [60 * minuteMs, 3 * 60 * minuteMs])
  assert.deepEqual([city?.after?.occupiedMs, city?.after?.capacityMs], [60 * minuteMs, 60 * minuteMs])
})

test('without a layout in the journal there is nothing to change', async (t) => {
  const here = await place(t)
  await journaled(
    here,
    traffic(1, 2).map(({ record }) => record),
  )
  await assert.rejects(compared(here, layoutOf(30)), /no layout was published before/)
})

test('what is interrupted or grows too large leaves nothing behind, and the journal is as it was', async (t) => {
  const here = await place(t)
  await journaled(here, [await publication(0, layoutOf(60)), ...traffic(1, 24).map(({ record }) => record)])
  const files = async () =>
    Promise.all(
      (await readdir(here.journalDir))
        .sort()
        .map(async (name) => [name, await readFile(path.join(here.journalDir, name))]),
    )
  const before = await files()
  const stop = new AbortController()
  const onProgress: CompareDeps['onProgress'] = ({ run, position }) => {
    if (run === 'changed' && position > 0) stop.abort(new Error('interrupted'))
  }
  await assert.rejects(compared(here, layoutOf(30), { signal: stop.signal, onProgress }), /interrupted/)
  const slowly: CompareDeps['onReplayed'] = () => systemClock.sleep(1_500)
  await assert.rejects(compared(here, layoutOf(30), { scratchBytes: 1_000, onReplayed: slowly }), /--scratch-mb/)
  assert.deepEqual(await files(), before)
  const left = async () => (await readdir(here.dataDir)).filter((name) => name.startsWith('baykeeper-compare-'))
  assert.deepEqual(await left(), [])
  // One of a process that was killed goes with the next comparison; no process has this number.
  await mkdir(path.join(here.dataDir, 'baykeeper-compare-4194999-killed'))
  await compared(here, layoutOf(30))
  assert.deepEqual(await left(), [])
})
