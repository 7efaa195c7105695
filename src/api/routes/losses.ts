/** What we lost and why, where the frames of each sensor went, and dead letters given up for good. */
import { wholeDeadLetterSchema } from '@baykeeper/contract/ledger.ts'
import { discardedSchema, discardSchema, lossReportSchema, sensorDaySchema } from '@baykeeper/contract/losses.ts'
import { pageOf } from '@baykeeper/contract/page.ts'
import { lossCauses } from '@baykeeper/contract/vocabulary.ts'
import * as z from 'zod'
import { hexDump } from '../../lib/hex-dump.ts'
import { dayNumber } from '../../lib/utc-day.ts'
import type { LossFilter, Store, StoredDeadLetter } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import { cursorField, type Endpoint, endpoint, limitField, nameField } from '../endpoint.ts'
import { lossOnWire, sensorDayOnWire, totalOnWire } from '../loss-wire.ts'
import { ProblemError } from '../problem.ts'
import { deadLetterOnWire, iso } from '../wire.ts'

const sensorDayPage = pageOf(sensorDaySchema)
const pageItemsMax = 1_000
const pageItemsUsual = 100

/** `2026-11-23`, or a time of that day with its offset. */
const day = () =>
  z
    .union([z.iso.date(), z.iso.datetime({ offset: true })], {
      error: 'must be a day such as 2026-11-23, or a time with offset',
    })
    .transform((text) => dayNumber(Date.parse(text)))
    .optional()

const sensorQuery = {
  source: nameField,
  device: nameField.describe('the sensor'),
  from: day().describe('first UTC day, or a time of it'),
  to: day().describe('last UTC day, inclusive'),
  cursor: cursorField,
  limit: limitField(pageItemsMax, pageItemsUsual),
}

const idPattern = /^\d{1,16}\.\d{1,16}$/

export function lossRoutes({ store, clock, log }: RouteContext): Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      path: '/api/v1/ledger/losses',
      access: 'read',
      tag: 'Ledger',
      summary: 'What we lost, and why',
      description:
        'Newest day first. `totals` sums everything the filter matches, by cause; a cause without a loss is left out, and a loss whose size nobody can know counts as uncounted, never as 0.',
      query: z.strictObject({ ...sensorQuery, cause: z.enum(lossCauses).optional() }),
      problems: [503],
      answers: [{ status: 200, description: 'A page of losses', schema: ['LossReport', lossReportSchema] }],
      async handle({ query: { cursor, limit, ...asked } }) {
        const filter = present(asked)
        const page = await store.losses({ ...filter, limit, ...(cursor ? { cursor } : {}) })
        return {
          items: page.items.map(lossOnWire),
          next: page.next,
          totals: (await store.lossTotals(filter)).map(totalOnWire),
        }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/ledger/sensors',
      access: 'read',
      tag: 'Ledger',
      summary: 'Where the frames of each sensor went, by day',
      description:
        'Newest day first. A frame counts once for each sensor it speaks of; frames nobody could decode speak of none.',
      query: z.strictObject(sensorQuery),
      problems: [503],
      answers: [{ status: 200, description: 'A page of sensor days', schema: ['SensorDayPage', sensorDayPage] }],
      async handle({ query: { cursor, limit, ...asked } }) {
        const page = await store.sensorDays({ ...present(asked), limit, ...(cursor ? { cursor } : {}) })
        return { items: page.items.map(sensorDayOnWire), next: page.next }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/dead-letters/{id}',
      access: 'read',
      tag: 'Ledger',
      summary: 'One dead letter with all its bytes',
      params: z.strictObject({ id: z.string().regex(idPattern, 'must be pos.idx, as in the list') }),
      problems: [404, 410, 503],
      answers: [{ status: 200, description: 'The dead letter', schema: ['WholeDeadLetter', wholeDeadLetterSchema] }],
      async handle({ params: { id } }) {
        const place = placeOf(id)
        const letter = await store.deadLetter(place.pos, place.idx)
        if (letter) return wholeOnWire(letter)
        throw await absent(store, id)
      },
    }),
    endpoint({
      method: 'POST',
      path: '/api/v1/dead-letters/discard',
      access: 'operate',
      tag: 'Ledger',
      summary: 'Give up a dead letter',
      description:
        'Its bytes go; who gave them up, when, why and their hash stay, and the ledger goes on counting it as quarantined. Doing it twice does no harm: the answer is 0 then.',
      body: discardSchema,
      bodyName: 'Discard',
      problems: [409, 503],
      answers: [{ status: 200, description: 'How many were given up', schema: ['Discarded', discardedSchema] }],
      async handle({ body: { id, reason }, principal }) {
        const author = principal?.name ?? 'unknown'
        const done = await store.discard({ ...placeOf(id), author, reason, now: clock.now() })
        if (done === 'requeued')
          throw new ProblemError(409, `dead letter ${id} is about to be decoded again: try when that is done`, {
            code: 'E_REQUEUED',
          })
        if (done === 'discarded') log.info('a dead letter was discarded', { id, by: author, reason })
        return { discarded: done === 'discarded' ? 1 : 0 }
      },
    }),
  ]
}

function placeOf(id: string): { pos: number; idx: number } {
  const [pos, idx] = id.split('.').map(Number)
  return { pos: pos as number, idx: idx as number }
}

/** Only what was asked for. */
function present(asked: { [K in keyof LossFilter]?: LossFilter[K] | undefined }): LossFilter {
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
}

const wholeOnWire = (letter: StoredDeadLetter) => ({
  ...deadLetterOnWire(letter),
  bytes: Buffer.from(letter.bytes).toString('base64'),
  cut: false,
  hex: hexDump(letter.bytes),
  head: JSON.parse(letter.head) as Record<string, unknown>,
})

async function absent(store: Store, id: string): Promise<ProblemError> {
  const { pos, idx } = placeOf(id)
  const gone = await store.discardOf(pos, idx)
  if (!gone) return new ProblemError(404, `there is no dead letter ${id}; one that was decoded again is none any more`)
  const { author, discarded, reason, size, sha256 } = gone
  return new ProblemError(
    410,
    `dead letter ${id} was discarded by ${author} at ${iso(discarded)}: ${reason} (${size} bytes, SHA-256 ${sha256})`,
    { code: 'E_DISCARDED' },
  )
}
