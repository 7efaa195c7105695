/** The audit log over the API: a page, all of it as CSV, and whether it is as it was written. */
import { Readable } from 'node:stream'
import type { AuditLogEntry } from '@baykeeper/contract/audit-log.ts'
import type { auditLogRoutes } from '@baykeeper/contract/routes/audit-log.ts'
import { type AuditEntry, type AuditFilter, isWanted } from '../../domain/audit-entry.ts'
import { instant } from '../../lib/brand.ts'
import { type CsvCell, csvLine, csvMark } from '../../lib/csv-text.ts'
import type { AuditLogPort, AuditRecord, RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { ProblemError } from '../problem.ts'
import { iso } from '../wire.ts'

/** One request looks at so many. */
const recordsMax = 5_000
const brokenShownMax = 100
const exportsMax = 2
const idsFoundMax = 1_000

type Asked = Pick<AuditFilter, 'who' | 'action' | 'object' | 'site' | 'from' | 'to'>

export function auditLogHandlers(context: RouteContext): Handlers<typeof auditLogRoutes> {
  const { live, log, clock, accounts } = context
  const exported = exports()
  const journal = (): AuditLogPort => {
    if (context.auditLog) return context.auditLog
    throw new ProblemError(503, 'this server has no journal at hand: baykeeper audit list reads it', {
      code: 'E_NO_JOURNAL',
    })
  }
  /** Bays as they lie today: a bay of an older layout has no site. */
  const sitesOf = ({ site, bays }: AuditEntry): readonly string[] => {
    const found = bays.flatMap((bay) => {
      const index = live.floor.indexOf.get(bay)
      return index === undefined ? [] : live.floor.levelOf(index).site.id
    })
    return [...new Set([...(site === null ? [] : [site]), ...found])]
  }
  const onWire = (found: Found) => wireOf(found, sitesOf, accounts.people.byId)
  const filterOf = ({ who, ...asked }: Asked): AuditFilter => ({
    ...asked,
    ...(who === undefined ? {} : { who, accounts: accountsLike(context, who) }),
  })

  return {
    async auditLog({ query: { cursor, limit, ...asked } }) {
      const log = journal()
      await live.current()
      const filter = filterOf(asked)
      const page = await pageOf(log.backwards(beforeOf(cursor)), limit, (entry) => isWanted(entry, filter, sitesOf))
      const { items, next, oldest } = page
      return {
        items: items.map(onWire),
        next: next === undefined ? null : String(next),
        searched_to: oldest === undefined ? null : iso(instant(oldest)),
        waiting: accounts.eventsWaiting(),
      }
    },
    async auditExport({ query, principal, reply }) {
      const records = journal().backwards()
      await live.current()
      const filter = filterOf(query)
      const body = exported(csvOf(records, (entry) => isWanted(entry, filter, sitesOf), onWire))
      // An answer that cannot be finished is cut off, so that its reader notices.
      body.on('error', (error) => log.warn('an export of the audit log was cut off', { reason: error.message }))
      log.info('the audit log was exported', { by: principal?.name })
      return reply
        .type('text/csv; charset=utf-8; header=present')
        .header('content-disposition', `attachment; filename="audit-${iso(clock.now()).slice(0, 10)}.csv"`)
        .send(body)
    },
    async auditChain({ query: { head } }) {
      const { copies, unlinked, broken, isExpectedFound, ...report } = await journal().verify(head)
      return {
        ...{ ok: broken.length === 0 && isExpectedFound, changes: copies, unlinked, head: report.head },
        ...{ broken: broken.slice(0, brokenShownMax), time: iso(clock.now()) },
        head_found: head === undefined ? null : isExpectedFound,
      }
    },
  }
}

/** Few at a time: each reads the whole journal. */
function exports() {
  let running = 0
  return (lines: AsyncIterable<string>): Readable => {
    if (running >= exportsMax)
      throw new ProblemError(503, 'two exports of the audit log are under way: try again when one is done', {
        code: 'E_BUSY',
        headers: { 'retry-after': '5' },
      })
    running++
    return Readable.from(lines).once('close', () => running--)
  }
}

/** The number of a record: what is above it was shown. */
function beforeOf(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor)
  throw new ProblemError(400, 'query cursor: is no cursor of this list', { code: 'E_BAD_CURSOR' })
}

function accountsLike({ accounts }: RouteContext, who: string): readonly string[] {
  const part = who.toLowerCase()
  return accounts.people
    .all()
    .filter(({ email, name }) => email.toLowerCase().includes(part) || name.toLowerCase().includes(part))
    .slice(0, idsFoundMax)
    .map(({ id }) => `person:${id}`)
}

interface Found {
  readonly record: AuditRecord
  /** What an earlier record of the same subject left; undefined: none was found within the bounds of a request. */
  before: { readonly value: unknown } | undefined
}

interface FoundPage {
  readonly items: readonly Found[]
  /** The last record that is on this page or was passed over; undefined: nothing is behind it. */
  readonly next: number | undefined
  readonly oldest: number | undefined
}

/** Reads on behind the page for what was before its changes, within the same bound. */
async function pageOf(
  records: AsyncIterable<AuditRecord>,
  limit: number,
  wanted: (entry: AuditEntry) => boolean,
): Promise<FoundPage> {
  const items: Found[] = []
  const open = new Map<string, Found>()
  let looked = 0
  let oldest: number | undefined
  let next: number | undefined
  for await (const record of records) {
    if (looked >= recordsMax) return { items, next: next ?? record.number + 1, oldest }
    looked++
    const { entry } = record
    resolve(open, entry)
    if (items.length >= limit) {
      next ??= record.number + 1
      if (open.size === 0) return { items, next, oldest }
      continue
    }
    oldest = entry?.at ?? oldest
    if (entry && !wanted(entry)) continue
    const found: Found = { record, before: entry?.before === undefined ? undefined : { value: entry.before } }
    items.push(found)
    if (entry?.subject !== undefined) open.set(entry.subject, found)
  }
  // To the first record: there was nothing before.
  for (const found of open.values()) found.before = { value: null }
  return { items, next, oldest }
}

function resolve(open: Map<string, Found>, entry: AuditEntry | undefined) {
  const later = entry?.subject === undefined ? undefined : open.get(entry.subject)
  if (!entry || !later) return
  later.before = { value: entry.after }
  open.delete(entry.subject as string)
}

async function* csvOf(
  records: AsyncIterable<AuditRecord>,
  wanted: (entry: AuditEntry) => boolean,
  onWire: (found: Found) => AuditLogEntry,
): AsyncGenerator<string> {
  yield csvMark + csvLine(columns)
  let lines = ''
  for await (const record of records) {
    const { entry } = record
    if (entry && !wanted(entry)) continue
    // What was before a change stands in the line of the change before.
    const item = onWire({ record, before: entry?.before === undefined ? undefined : { value: entry.before } })
    lines += csvLine(columns.map((column) => cellOf(item[column])))
    if (lines.length < linesCharsMin) continue
    yield lines
    lines = ''
  }
  yield lines
}

const linesCharsMin = 32_768
const columns = [
  ...(['number', 'time', 'author', 'account', 'email', 'address', 'action', 'object', 'sites', 'reason'] as const),
  ...(['before', 'after', 'readable', 'journal', 'record'] as const),
]

function cellOf(value: unknown): CsvCell {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (Array.isArray(value) && value.every((part) => typeof part !== 'object')) return value.join('; ')
  return JSON.stringify(value)
}

function wireOf(
  { record: { number, place, entry }, before }: Found,
  sitesOf: (entry: AuditEntry) => readonly string[],
  personOf: RouteContext['accounts']['people']['byId'],
): AuditLogEntry {
  const at = { number, journal: place?.journal ?? null, record: place?.record ?? null }
  if (!entry) return { ...at, ...unreadable }
  const { author, account, address, action, object, reason, after } = entry
  const person = account?.startsWith('person:') ? personOf(account.slice('person:'.length)) : undefined
  return {
    ...{
      ...at,
      time: timeOf(entry.at),
      author,
      account,
      email: person?.email ?? null,
      address,
      action,
      object,
      reason,
    },
    ...{ sites: [...sitesOf(entry)], before: before?.value ?? null, before_known: before !== undefined, after },
    readable: action !== 'other',
  }
}

/** The clock of a record may hold anything. */
const timeOf = (at: number) => (Math.abs(at) <= 8.64e15 ? iso(instant(at)) : null)

const unreadable = {
  ...{ time: null, author: 'unknown', account: null, email: null, address: null, action: 'other' as const },
  ...{ object: 'unreadable record', sites: [], reason: '', before: null, before_known: false, after: null },
  readable: false,
}
