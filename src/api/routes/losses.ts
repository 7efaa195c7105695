/** What we lost and why, where the frames of each sensor went, and dead letters given up for good. */
import type { lossRoutes } from '@baykeeper/contract/routes/ledger.ts'
import { hexDump } from '../../lib/hex-dump.ts'
import { dayNumber } from '../../lib/utc-day.ts'
import type { LossFilter, Store, StoredDeadLetter } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { lossOnWire, sensorDayOnWire, totalOnWire } from '../loss-wire.ts'
import { ProblemError } from '../problem.ts'
import { deadLetterOnWire, iso } from '../wire.ts'

export function lossHandlers({ store, clock, log }: RouteContext): Handlers<typeof lossRoutes> {
  return {
    async losses({ query: { cursor, limit, ...asked } }) {
      const filter = present(asked)
      const page = await store.losses({ ...filter, limit, ...(cursor ? { cursor } : {}) })
      return {
        items: page.items.map(lossOnWire),
        next: page.next,
        totals: (await store.lossTotals(filter)).map(totalOnWire),
      }
    },
    async sensorDays({ query: { cursor, limit, ...asked } }) {
      const page = await store.sensorDays({ ...present(asked), limit, ...(cursor ? { cursor } : {}) })
      return { items: page.items.map(sensorDayOnWire), next: page.next }
    },
    async deadLetter({ params: { id } }) {
      const place = placeOf(id)
      const letter = await store.deadLetter(place.pos, place.idx)
      if (letter) return wholeOnWire(letter)
      throw await absent(store, id)
    },
    async discard({ body: { id, reason }, principal }) {
      const author = principal?.name ?? 'unknown'
      const done = await store.discard({ ...placeOf(id), author, reason, now: clock.now() })
      if (done === 'requeued')
        throw new ProblemError(409, `dead letter ${id} is about to be decoded again: try when that is done`, {
          code: 'E_REQUEUED',
        })
      if (done === 'discarded') log.info('a dead letter was discarded', { id, by: author, reason })
      return { discarded: done === 'discarded' ? 1 : 0 }
    },
  }
}

function placeOf(id: string): { pos: number; idx: number } {
  const [pos, idx] = id.split('.').map(Number)
  return { pos: pos as number, idx: idx as number }
}

/** Only what was asked for; the store counts days. */
function present({ from, to, ...asked }: { [K in keyof LossFilter]?: LossFilter[K] | undefined }): LossFilter {
  const days = { from: from === undefined ? from : dayNumber(from), to: to === undefined ? to : dayNumber(to) }
  return Object.fromEntries(Object.entries({ ...asked, ...days }).filter(([, value]) => value !== undefined))
}

const wholeOnWire = (letter: StoredDeadLetter) => ({
  ...deadLetterOnWire(letter),
  bytes: Buffer.from(letter.bytes).toString('base64'),
  cut: false as const,
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
