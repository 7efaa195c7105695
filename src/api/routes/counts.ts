/** Count zones, and what people have counted. */
import type { NewRecount } from '@baykeeper/contract/count.ts'
import type { countRoutes } from '@baykeeper/contract/routes/counts.ts'
import type { CountZoneName } from '../../domain/counting.ts'
import { encodeDeskEntry } from '../../domain/desk-change.ts'
import type { CountChangeRow } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import { countChangeOnWire, countZoneOnWire, isSameRecount } from '../count-wire.ts'
import { committed, publishRecord } from '../desk-publishing.ts'
import type { Handlers } from '../endpoint.ts'
import type { Floor } from '../live/floor.ts'
import { ProblemError } from '../problem.ts'

export function countHandlers(context: RouteContext): Handlers<typeof countRoutes> {
  const { store, live, clock, log, publisher, requests } = context
  const where = (id: string) => ({ what: 'the recount', where: `GET /api/v1/recounts/${id}` })
  return {
    async countZones({ query: { site } }) {
      await live.current()
      const { floor, presence } = live
      if (site !== undefined && !floor.levels.some((one) => one.site.id === site))
        throw new ProblemError(404, `there is no site ${site} in the layout`)
      const counts = presence.counts.all().filter(({ zone }) => site === undefined || zone.site === site)
      const now = live.now()
      return { items: counts.map((each) => countZoneOnWire(each, nameOf(each.zone, floor), now)), next: null }
    },
    async countTrail({ query: { cursor, ...query } }) {
      const { items, next } = await store.countTrail({ ...query, ...(cursor === undefined ? {} : { cursor }) })
      return { items: items.map(countChangeOnWire), next }
    },
    async recount({ body, principal, reply }) {
      await live.current()
      const id = body.id ?? requests.newId()
      const [journaled] = requests.journaled()
      if (journaled) {
        const row = await committed(() => store.recountById(id), clock)
        return row ? countChangeOnWire(row) : reply.code(202).send({ id, record: journaled.record })
      }
      const before = body.id === undefined ? undefined : await store.recountById(body.id)
      if (before) return countChangeOnWire(sameOrRefused(before, body))
      checkRecount(body, live.floor)
      const { site, level, zone, vehicles, reason } = body
      const author = principal?.name ?? 'unknown'
      const change = { is: 'recount', id, site, zone: { level, zone }, vehicles } as const
      const record = encodeDeskEntry({ author, reason: reason.trimEnd(), at: clock.now(), change })
      const { record: number } = await publishRecord(publisher, record, where(id))
      const row = await committed(() => store.recountById(id), clock)
      log.info('a count zone was recounted', { id, site, level, zone, vehicles, by: author, record: number })
      if (!row) return reply.code(202).send({ id, record: number })
      await live.refresh()
      if (isSameRecount(row, body)) return countChangeOnWire(row)
      throw recountExists(id, 'Another request with this id came first, and this one has no effect')
    },
    async recountById({ params: { id } }) {
      const row = await store.recountById(id)
      if (!row) throw new ProblemError(404, `there is no recount ${id}`)
      return countChangeOnWire(row)
    },
  }
}

function sameOrRefused(row: CountChangeRow, asked: NewRecount): CountChangeRow {
  if (isSameRecount(row, asked)) return row
  throw recountExists(row.id, 'Nothing was changed')
}

const recountExists = (id: string, effect: string) =>
  new ProblemError(409, `there is a recount ${id} already, with another content. ${effect}. Choose another id.`, {
    code: 'E_RECOUNT_EXISTS',
  })

/** Throws a problem that names what is wrong. */
function checkRecount({ site, level, zone, vehicles }: NewRecount, { counting }: Floor): void {
  const found = counting.zones.find((one) => one.site === site && one.level === level && one.zone === zone)
  if (!found)
    throw new ProblemError(
      404,
      `there is no count zone ${zone} on level ${level} of site ${site}: GET /api/v1/count-zones lists them. Nothing was changed.`,
      { code: 'E_UNKNOWN_ZONE' },
    )
  if (vehicles <= found.capacity) return
  const message = `${vehicles} vehicles do not fit into ${zone}, whose capacity is ${found.capacity}: correct the number, or count_capacity in the layout`
  throw new ProblemError(400, `body vehicles: ${message}`, {
    code: 'E_INVALID',
    errors: [{ path: 'vehicles', message }],
  })
}

function nameOf({ site, level, zone }: CountZoneName, { levels }: Floor): string {
  const at = levels.find((one) => one.site.id === site && one.level.id === level)
  return at?.level.zones.find(({ id }) => id === zone)?.name ?? zone
}
