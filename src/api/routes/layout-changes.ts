/** One bay, one device: changes of the layout without writing it whole, and the periods of assignments. */
import type { deviceRoutes } from '@baykeeper/contract/routes/devices.ts'
import type { layoutRoutes } from '@baykeeper/contract/routes/layout.ts'
import type { FastifyReply } from 'fastify'
import type { Principal } from '../../auth/principal.ts'
import type { LayoutEdit } from '../../domain/layout-edit.ts'
import { camelKeys } from '../../lib/key-case.ts'
import type { AssignmentRow } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { createLayoutChanger, refused } from '../layout-changes.ts'
import { ProblemError } from '../problem.ts'
import { iso } from '../wire.ts'
import { publishedBefore, refuseSimulated, sendPublished } from './layout.ts'

type ChangeRoutes = Pick<
  typeof layoutRoutes,
  'importLayout' | 'changeLayout' | 'changeBay' | 'assignments' | 'assign' | 'assignMany' | 'unassign'
> &
  Pick<typeof deviceRoutes, 'changeDevice'>

interface Call {
  readonly principal: Principal | undefined
  readonly reply: FastifyReply
}

export function layoutChangeHandlers(context: RouteContext): Handlers<ChangeRoutes> {
  const { store, log } = context
  const changer = createLayoutChanger(context)
  async function change(edits: readonly LayoutEdit[], comment: string | undefined, { principal, reply }: Call) {
    refuseSimulated(context)
    const before = await publishedBefore(context)
    if (before) return sendPublished(context, reply, before)
    const author = principal?.name ?? 'unknown'
    const outcome = await changer.change(edits, { author, comment: comment ?? '' })
    log.info('the layout was changed', { version: outcome.version, changes: edits.length, by: author })
    return sendPublished(context, reply, outcome)
  }
  return {
    changeLayout: ({ body: { changes, comment }, ...call }) => change(changes.map(editOf), comment, call),
    changeBay: ({ params: { id }, body, query: { comment }, ...call }) => change([bayEdit(id, body)], comment, call),
    assign: ({ body: { comment, ...body }, ...call }) =>
      change(['swap' in body ? { is: 'swap', devices: body.swap } : assignEdit(body)], comment, call),
    assignMany: ({ body: { assignments, comment }, ...call }) => change(assignments.map(assignEdit), comment, call),
    changeDevice: ({ params: { id }, body, ...call }) =>
      change([{ is: 'device', device: id, set: camelKeys(body) as never }], undefined, call),
    unassign: ({ params: { device }, query: { comment }, ...call }) =>
      change([{ is: 'unassign', device }], comment, call),
    async importLayout({ body, reply }) {
      const brought = await context.layoutWorker.bringIn({ body })
      if (!brought.ok) throw refused(brought.error)
      return reply.type('application/json').send(Buffer.from(brought.value))
    },
    async assignments({ query: { device, bay, site, gate, open, cursor, limit } }) {
      if ((site === undefined) !== (gate === undefined))
        throw new ProblemError(400, 'query gate: a gate is named with its site: give both', { code: 'E_INVALID' })
      const page = await store.assignments({
        limit,
        ...(device === undefined ? {} : { device }),
        ...(bay === undefined ? {} : { bay }),
        ...(site === undefined || gate === undefined ? {} : { gate: { site, gate } }),
        ...(open === 'true' ? { isOpen: true } : {}),
        ...(cursor === undefined ? {} : { cursor }),
      })
      return { items: page.items.map(periodOnWire), next: page.next }
    },
  }
}

const bayEdit = (id: string, set: object): LayoutEdit => ({ is: 'bay', id, set: camelKeys(set) as never })

interface AssignBody {
  readonly device: string
  readonly bay?: string | undefined
  readonly gate?: { readonly site: string; readonly gate: string } | undefined
  readonly replaces?: string | undefined
}

/** The schema refuses what names both or neither. */
const assignEdit = ({ device, bay, gate, replaces }: AssignBody): LayoutEdit => ({
  ...{ is: 'assign', device, replaces, to: gate ?? { bay: bay as string } },
})

type Change =
  | { readonly bay: string; readonly set: object }
  | { readonly assign: AssignBody }
  | { readonly swap: readonly [string, string] }
  | { readonly unassign: string }

function editOf(change: Change): LayoutEdit {
  if ('set' in change) return bayEdit(change.bay, change.set)
  if ('assign' in change) return assignEdit(change.assign)
  if ('swap' in change) return { is: 'swap', devices: change.swap }
  return { is: 'unassign', device: change.unassign }
}

const periodOnWire = ({ device, bay, site, gate, from, to, author, endedBy }: AssignmentRow) => ({
  ...{ device, bay, gate: site === null || gate === null ? null : { site, gate } },
  ...{ from: iso(from), to: to === null ? null : iso(to), author, ended_by: endedBy },
})
