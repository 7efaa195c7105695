/** The days and losses in a checkpoint of intake, as rows that the processor stores with its batch. */
import type { RefusalCause } from '@baykeeper/contract/vocabulary.ts'
import type { SystemHealth } from '../domain/folds/fold.ts'
import type { StoredRecord } from '../journal/journal.ts'
import { instant } from '../lib/brand.ts'
import { dayNumber } from '../lib/utc-day.ts'
import type { CheckpointFacts } from '../processing/checkpoint-facts.ts'
import type { IntakeDay } from '../store/tables/intake-day.ts'
import type { LossRow } from '../store/tables/loss.ts'
import { type CheckpointBody, parseCheckpoint } from './counters.ts'
import type { NamedLoss } from './loss-log.ts'

/** A source's name is stored as it is or not at all (rows.ts); the text of a loss must always be storable. */
const sourceCharsMax = 128
const detailCharsMax = 500

const nothing: CheckpointFacts = { losses: [], intakeDays: [] }

export function checkpointFacts(checkpoint: StoredRecord): CheckpointFacts {
  const body = parseCheckpoint(checkpoint.bytes)
  if (!body) return nothing
  const intervals = (body.losses ?? []).filter((loss) => loss.from !== undefined).map((loss) => interval(loss, body.at))
  const at = Number.isSafeInteger(body.at) ? { at: instant(body.at) } : {}
  const health = healthIn(body)
  return {
    ...at,
    ...(health ? { health } : {}),
    losses: [...intervals, ...dayLosses(body)],
    intakeDays: intakeDays(body),
  }
}

/** A part that is not as this release writes it is not known. */
function healthIn({ health }: CheckpointBody): SystemHealth | undefined {
  if (typeof health !== 'object' || health === null) return undefined
  const { sources, disk, database, unaccounted, forecastMisses } = health
  return {
    ...(sources && typeof sources === 'object' ? { sources: storableNames(sources) } : {}),
    ...(Number.isFinite(disk?.free) && Number.isFinite(disk?.total) ? { disk: disk as NonNullable<typeof disk> } : {}),
    ...(typeof database?.isUp === 'boolean' ? { database } : {}),
    ...(Number.isSafeInteger(unaccounted) ? { unaccounted: unaccounted as number } : {}),
    ...(forecastMisses && typeof forecastMisses === 'object' ? { forecastMisses } : {}),
  }
}

const storableNames = (sources: NonNullable<SystemHealth['sources']>) =>
  Object.fromEntries(Object.entries(sources).map(([name, source]) => [storable(name), source]))

/** One that goes on comes again with the same begin, and is one row. */
function interval({ source, cause, frames, from, to, detail }: NamedLoss, at: number): LossRow {
  return {
    source: storable(source),
    cause,
    id: `${from}`,
    day: dayNumber(from ?? at),
    frames: frames !== null && Number.isSafeInteger(frames) ? frames : null,
    from: from ?? null,
    to: to ?? null,
    detail: detail.slice(0, detailCharsMax),
  }
}

/** Refusals by reason and losses without a begin: one row for each day, growing. */
function dayLosses({ days = {} }: CheckpointBody): LossRow[] {
  const rows: LossRow[] = []
  for (const [source, counts] of Object.entries(days))
    for (const [day, { reasons = {}, losses = {} }] of Object.entries(counts)) {
      const place = { source: storable(source), day: dayNumber(Date.parse(day)), from: null, to: null }
      for (const [reason, frames] of Object.entries(reasons)) {
        const detail = `${counted(frames)} from ${source} rejected: ${because[reason as RefusalCause] ?? reason}.`
        rows.push({ ...place, cause: 'refused', id: `${day} ${reason}`, frames, detail })
      }
      for (const [cause, { frames, times, detail }] of Object.entries(losses)) {
        const often = times === 1 ? '' : ` Noticed ${times} times on this day; the last: `
        const sum = frames === null || times === 1 ? '' : `${counted(frames)} from ${source} in total.`
        const text = `${sum}${often}${detail}`.trim().slice(0, detailCharsMax)
        rows.push({ ...place, cause: cause as LossRow['cause'], id: day, frames, detail: text })
      }
    }
  return rows
}

const counted = (frames: number) => `${frames} ${frames === 1 ? 'message' : 'messages'}`

const because: Record<RefusalCause, string> = {
  unauthorized:
    'no valid token, or an address that is not allowed to send. Senders got an error if the protocol has one',
  'too-large': 'too large. Senders got an error if the protocol has one',
  overload: 'the disk is too slow for the rate. Senders that keep their messages were asked to retry',
  journal: 'the journal is full or failing. Senders that keep their messages were asked to retry',
  shutdown: 'the server was stopping. Senders that keep their messages were asked to retry',
  protocol: 'protocol violation',
}

const intakeDays = ({ days = {} }: CheckpointBody): IntakeDay[] =>
  Object.entries(days).flatMap(([source, counts]) =>
    Object.entries(counts).map(([day, { received, accepted, refused, unframeable }]) => ({
      ...{ source: storable(source), day, received, accepted, refused, unframeable },
    })),
  )

const storable = (source: string) =>
  source.toWellFormed().slice(0, sourceCharsMax).toWellFormed().trimEnd() || 'unknown'
