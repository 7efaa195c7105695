/** `baykeeper journal inspect|verify|export`: the journal itself, read only, beside a running server and on what a crash left. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { decodeUplink } from '../domain/uplink.ts'
import { listSegments, refuseNewer } from '../journal/directory.ts'
import { explain } from '../journal/explain.ts'
import { inspectJournal, readOnlyFiles, type SegmentFacts } from '../journal/inspect.ts'
import { JournalError, recordKinds, type StoredRecord } from '../journal/journal.ts'
import { openReader } from '../journal/reader.ts'
import { snakeKeys } from '../lib/snake-keys.ts'
import { type CodecOf, decodeRecord, framesOf } from '../processing/decode-record.ts'
import { createDecoderBook } from '../processing/decoder-book.ts'
import { counted } from './counted.ts'
import { CommandFailed, exitCodes, print, type Spoken, writeOutput } from './output.ts'
import { openOwnStore } from './own-store.ts'
import { type PlaceOptions, placeOf, usedPlaceOf } from './place.ts'

type JournalOptions = PlaceOptions & Spoken

/** Its own directory when none is named. */
function journalIn(dir: string | undefined, options: JournalOptions): string {
  const place = dir ?? path.join(usedPlaceOf(options).config.data, 'journal')
  if (!existsSync(place)) throw new CommandFailed(exitCodes.unreachable, `there is no journal in ${place}`)
  return place
}

export async function journalInspect(dir: string | undefined, options: JournalOptions): Promise<number> {
  const place = journalIn(dir, options)
  const { tail, lastCheckpoint, segments, damage } = await inspectJournal(place)
  const data = snakeKeys({
    ...{ dir: place, id: tail.id, fence: tail.fence, lastRecord: tail.lastRecord },
    ...{ acceptedFrames: tail.acceptedFrames, noiseFrames: tail.noiseFrames },
    lastCheckpoint: lastCheckpoint?.number ?? null,
    segments: segments.map((segment) => ({ ...segment, madeAt: time(segment.madeAt), endedAt: time(segment.endedAt) })),
    damage,
  })
  print(options, data, () => [
    `journal ${tail.id || '(none yet)'} in ${place}: ${counted(segments.length, 'segment')}, last record ${tail.lastRecord}`,
    `  ${tail.acceptedFrames} frames accepted and ${tail.noiseFrames} of noise since it began, fence ${tail.fence}`,
    ...segments.flatMap(segmentLines),
    ...(damage.length > 0 ? [`${counted(damage.length, 'finding')}: baykeeper journal verify explains`] : []),
  ])
  return exitCodes.ok
}

function segmentLines(segment: SegmentFacts): string[] {
  const { name, records, firstRecord, lastRecord, frames, noiseFrames, bytes, usedBytes, sealed, state, fence } =
    segment
  const span = records === 0 ? 'no records' : `records ${firstRecord} to ${lastRecord} (${records})`
  const times = `${time(segment.madeAt) ?? '?'} to ${time(segment.endedAt) ?? 'now'}`
  return [
    name,
    `  ${span}, ${frames} frames, ${noiseFrames} noise; ${usedBytes} of ${bytes} bytes; ${times}`,
    `  format ${segment.format}, fence ${fence ?? '?'}, ${sealed === 'open' ? 'open' : `sealed: ${sealed}`}, ${state}`,
  ]
}

/** Exit 5 when anything but a torn end is wrong. */
export async function journalVerify(dir: string | undefined, options: JournalOptions): Promise<number> {
  const place = journalIn(dir, options)
  const { tail, segments, damage } = await inspectJournal(place)
  const later = segments.filter(({ state }) => state === 'later version')
  const records = segments.reduce((sum, segment) => sum + segment.records, 0)
  const explained = damage.map((range) => ({ ...range, ...explain(range) }))
  const ok = damage.every(({ torn }) => torn) && later.length === 0
  print(
    options,
    {
      ...{ dir: place, id: tail.id, segments: segments.length, records, last_record: tail.lastRecord },
      damage: snakeKeys(explained),
    },
    () => [
      `journal ${tail.id || '(none yet)'} in ${place}: ${counted(records, 'record')} in ${counted(segments.length, 'segment')} read, each checksum tried`,
      ...explained.flatMap(({ what, cost, todo }) => [what, `  cost: ${cost}`, `  do:   ${todo}`]),
      ...later.map(
        ({ name, format }) => `${name} has format ${format}: a later version of baykeeper wrote it; run that one`,
      ),
      ok ? 'nothing that was accepted is missing' : 'THE JOURNAL IS DAMAGED: what is named above cannot be read',
    ],
    { ok },
  )
  return ok ? exitCodes.ok : exitCodes.integrity
}

export interface ExportOptions extends JournalOptions {
  readonly raw?: boolean
  readonly decoded?: boolean
  readonly from?: number
  readonly to?: number
}

const kinds = ['seal', 'data', 'noise', 'checkpoint', 'desk']
const readAtOnce = { bytesMax: 4 * 1024 * 1024, framesMax: 100_000 }

/** Records as NDJSON, or their bytes alone; exit 5 when some of them could not be read. */
export async function journalExport(dir: string | undefined, options: ExportOptions): Promise<number> {
  const place = journalIn(dir, options)
  const { from = 1, to = Number.MAX_SAFE_INTEGER } = options
  if (from > to) throw new CommandFailed(exitCodes.usage, `--from ${from} is after --to ${to}`)
  const codecOf = options.decoded ? await codecsOf(dir, options) : undefined
  await using reader = await openReader(place, { files: readOnlyFiles })
  let ok = true
  // The reader of the pipe has closed it: it needs no more.
  process.stdout.on('error', () => process.exit(exitCodes.ok))
  try {
    refuseNewer(await listSegments(readOnlyFiles, place))
    const { tail } = await reader.scan({ whole: false })
    const durable = Math.min(to, tail.lastRecord)
    for (let after = from - 1; after < durable; ) {
      const { records, damage } = await reader.read(after, { durable, ...readAtOnce })
      for (const range of damage) {
        // What retention has taken is no damage.
        ok &&= range.torn === true || (after === from - 1 && records.length > 0 && range.bytes === 0)
        process.stderr.write(`! ${explain(range).what}\n`)
      }
      for (const record of records)
        await write(
          options.raw ? rawOf(record) : `${JSON.stringify({ ...lineOf(record), ...decodedOf(record, codecOf) })}\n`,
        )
      after = Math.max(after, records.at(-1)?.number ?? 0, ...damage.map(({ toRecord }) => toRecord))
    }
  } catch (error) {
    if (error instanceof JournalError) throw new CommandFailed(exitCodes.failed, error.message, { cause: error })
    throw error
  }
  return ok ? exitCodes.ok : exitCodes.integrity
}

/** As the processor of this place decodes it: with the choices of operators, and every value, stored or not. */
async function codecsOf(dir: string | undefined, options: JournalOptions): Promise<CodecOf> {
  const { codecs, decoders } = placeOf(options).config
  if (dir !== undefined)
    return createDecoderBook({ store: { decoderChoices: async () => [] }, codecs, decoders }).codecOf
  const { store } = await openOwnStore(options)
  await using _store = store
  const book = createDecoderBook({ store, codecs, decoders })
  await book.refresh()
  return book.codecOf
}

/** The readings of each frame of a record, or why it was rejected. */
function decodedOf(record: StoredRecord, codecOf: CodecOf | undefined) {
  if (!codecOf || record.kind !== 1) return {}
  const decoded = framesOf(decodeRecord(record, codecOf, 0)).map(({ result }) =>
    result.ok
      ? result.value.map((reading) => ({
          ...snakeKeys(reading),
          ...(reading.time === undefined ? {} : { time: time(reading.time) }),
        }))
      : { rejected: result.error.code, detail: result.error.detail },
  )
  return { decoded }
}

function lineOf({ number, kind, frames, bytes }: StoredRecord) {
  const uplink = isUplink(kind) ? decodeUplink(bytes) : undefined
  const content = uplink?.bytes ?? bytes
  const text = textOf(content)
  return {
    ...{ number, kind: kinds[kind] ?? `${kind}`, frames },
    ...(uplink
      ? { source: uplink.source, received: time(uplink.arrivedAt), codec: uplink.codec, framing: uplink.framing }
      : {}),
    ...(text === undefined ? { base64: Buffer.from(content).toString('base64') } : { text }),
  }
}

/** The bytes as they came, without what intake put before them. */
function rawOf({ kind, bytes }: StoredRecord): Uint8Array {
  return (isUplink(kind) && decodeUplink(bytes)?.bytes) || bytes
}

const isUplink = (kind: number) => kind === recordKinds.data || kind === recordKinds.noise || kind === recordKinds.desk

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes)
  } catch {
    // Bytes that are no text are shown in hexadecimal.
    return undefined
  }
}

async function write(chunk: string | Uint8Array): Promise<void> {
  if (writeOutput(chunk)) return
  return new Promise((resolve) => process.stdout.once('drain', () => resolve()))
}

const time = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString())
