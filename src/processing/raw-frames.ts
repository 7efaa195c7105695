/**
 * The copier of raw frames: with its own reader it follows the journal behind the batches, and copies the bytes of every frame into
 * the store, for as long as retention asks for them.
 *
 * - W1 Only what the batches have committed is copied, so never what is not durable; each frame once: the frames of a piece and the
 *   copier's own offset are one transaction, and after any fault the stored offset shows what happened.
 * - W2 The batches come first: copying takes at most a share of the database's time, and falls behind rather than take more.
 * - W3 What is not copied yet is held in the journal: `onCopied` reports its offset.
 */
import { decodeUplink, type Uplink } from '../domain/uplink.ts'
import { type JournalReader, recordKinds, type StoredRecord } from '../journal/journal.ts'
import { instant } from '../lib/brand.ts'
import type { Clock } from '../lib/clock.ts'
import { frameSpans } from '../lib/frames.ts'
import type { Log } from '../lib/log.ts'
import { retryDelayMs } from '../lib/retry.ts'
import { journalParts, type RawFrameRow, type Store, StoreError } from '../store/store.ts'

/** One piece: a batch that comes meanwhile waits for it. */
const pieceBytesMax = 1024 * 1024
const pieceFramesMax = 4_000
/** Gathered before it is copied while there is little: a commit a second. */
const gatherMs = 1_000
/** Pauses between pieces, in times of what the piece took: a quarter of the database's time. */
const pausesPerPiece = 3

/** A fault in no list may pass: so often the piece is tried before its frames are searched for one that causes it. */
const unknownTriesMax = 10

export interface RawFrameCopierDeps {
  readonly store: Pick<Store, 'cursor' | 'takeFence' | 'copyRaw'>
  /** Of its own: what a reader returns is valid only until its next call. */
  readonly reader: JournalReader
  readonly fence: number
  readonly clock: Clock
  readonly log: Log
  onCopied(position: number): void
}

export interface RawFrameCopier {
  run(signal: AbortSignal): Promise<void>
  /** The batches have committed everything up to here. */
  committed(position: number): void
}

interface Piece {
  readonly to: number
  readonly frames: readonly RawFrameRow[]
}

export function createRawFrameCopier(deps: RawFrameCopierDeps): RawFrameCopier {
  const { store, reader, fence, clock, log } = deps
  const part = journalParts.rawFrames
  let committed = 0

  async function load() {
    await store.takeFence(reader.id, fence, part)
    const { position, base = 0 } = await store.cursor(reader.id, part)
    deps.onCopied(position)
    return { position, base }
  }

  async function run(signal: AbortSignal) {
    let place: { position: number; readonly base: number } | undefined
    let attempt = 0
    /** Somewhere up to here a frame was refused: records are copied one by one. */
    let searchedTo = 0
    let unknowns = 0
    const isRefusal = (fault: unknown) =>
      fault instanceof StoreError &&
      (fault.fault === 'data' || (fault.fault === 'unknown' && unknowns >= unknownTriesMax))
    while (!signal.aborted) {
      let to = 0
      try {
        place ??= await load()
        if (committed <= place.position) {
          await clock.sleep(gatherMs, signal)
          continue
        }
        const oneByOne = place.position < searchedTo
        const piece = await next(place, oneByOne)
        to = piece.to
        const startedMs = clock.monotonic()
        await copy({ from: place.position, ...piece }, (fault) => oneByOne && isRefusal(fault))
        if (!oneByOne) unknowns = 0
        place.position = to
        deps.onCopied(to)
        attempt = 0
        const tookMs = clock.monotonic() - startedMs
        await clock.sleep(to < committed ? tookMs * pausesPerPiece : gatherMs, signal)
      } catch (fault) {
        place = undefined
        if (signal.aborted) return
        if (fault instanceof StoreError && fault.fault === 'unknown') unknowns++
        if (isRefusal(fault)) searchedTo = Math.max(searchedTo, to)
        if (attempt % 10 === 0)
          log.warn('raw frames were not copied; the journal keeps them, it will be tried again', {
            reason: String(fault),
          })
        // An aborted sleep ends early: the loop looks at the signal.
        await clock.sleep(retryDelayMs(attempt++), signal).catch(() => {})
      }
    }
  }

  /** The frames of one record that the store refuses are passed over, and logged. */
  async function copy({ from, to, frames }: Piece & { readonly from: number }, isRefused: (fault: unknown) => boolean) {
    const key = { journal: reader.id, from, to, fence }
    try {
      await store.copyRaw({ ...key, frames })
    } catch (fault) {
      if (!isRefused(fault)) throw fault
      const reason = fault instanceof Error ? fault.message : String(fault)
      log.error('the store refuses raw frames: they are not copied', { frames: frames.length, reason })
      await store.copyRaw({ ...key, frames: [] })
    }
  }

  /** What the journal cannot give any more is passed over: the batches have reported it already. */
  async function next({ position, base }: { position: number; base: number }, oneByOne: boolean): Promise<Piece> {
    const limit = oneByOne ? { bytesMax: 1, framesMax: 1 } : { bytesMax: pieceBytesMax, framesMax: pieceFramesMax }
    const { records, damage } = await reader.read(position, { durable: committed, ...limit })
    const to = Math.max(position, records.at(-1)?.number ?? 0, ...damage.map((range) => range.toRecord))
    if (to === position) throw new Error(`the journal gives nothing behind record ${position}`)
    return { to, frames: records.flatMap((record) => framesOf(record, base)) }
  }

  return {
    run,
    committed(position) {
      committed = Math.max(committed, position)
    },
  }
}

/** Split as for the rows made of them (decode-record.ts): what does not split as it was counted is one. */
function framesOf(record: StoredRecord, base: number): RawFrameRow[] {
  if (record.kind !== recordKinds.data || record.frames === 0) return []
  const { source, arrivedAt, framing, bytes } = decodeUplink(record.bytes) ?? unreadable(record)
  const head = { pos: record.number + base, source, arrived: arrivedAt }
  const spans = frameSpans(framing, bytes)
  if (spans.length / 2 !== record.frames) return [{ ...head, idx: 0, bytes }]
  return Array.from({ length: record.frames }, (_, idx) => ({
    ...head,
    idx,
    bytes: bytes.subarray(spans[idx * 2], spans[idx * 2 + 1]),
  }))
}

const unreadable = ({ bytes }: StoredRecord): Pick<Uplink, 'source' | 'arrivedAt' | 'framing' | 'bytes'> => ({
  ...{ source: 'unknown', arrivedAt: instant(0), framing: 'whole', bytes },
})
