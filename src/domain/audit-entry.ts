/**
 * A record of the second journal as the audit log shows it: who did what to what, from where, before and after. Pure: what was before a change of a
 * person is found by who reads, in an earlier record of the same subject.
 */
import { type AuditAction, accessActions } from '@baykeeper/contract/vocabulary.ts'
import { decodeAccessEvent } from './access-event.ts'
import { type DeskChange, decodeDeskEntry } from './desk-change.ts'
import { decodePublication } from './layout-publication.ts'
import type { PublishedCodec } from './published-codec.ts'
import { decodeUplink } from './uplink.ts'

export interface AuditEntry {
  readonly at: number
  /** Name of who did it. */
  readonly author: string
  /** `person:ID` or `key:NAME`; null where the record names none. */
  readonly account: string | null
  /** Where the request came from; null for a command on the machine of the server. */
  readonly address: string | null
  readonly action: AuditAction
  /** `user a@example.org`, `sign gate-1`, `bays A, B`. */
  readonly object: string
  /** In the author's words. */
  readonly reason: string
  /** As the change names it; bays are in places that only the layout knows. */
  readonly site: string | null
  readonly bays: readonly string[]
  /** Undefined: an earlier record of the subject has it. */
  readonly before: unknown
  readonly after: unknown
  /** Records of one subject follow each other: the one before has what was before. Undefined: there is no before. */
  readonly subject: string | undefined
}

/** Undefined where the bytes are no record that this release knows the head of. */
export function auditEntryOf(record: Uint8Array): AuditEntry | undefined {
  const uplink = decodeUplink(record)
  if (!uplink) return undefined
  const { author = 'unknown', account = '', address = '' } = uplink.meta ?? {}
  const who = {
    ...{ at: uplink.arrivedAt, author, account: accountOf(account), address: address === '' ? null : address },
    ...{ site: null, bays: [], reason: '', before: null, after: null, subject: undefined },
  }
  const access = decodeAccessEvent(record)
  if (access) {
    const { action, target: object, before, after } = access
    return { ...who, action: actionNamed(action), object, before, after }
  }
  const layout = decodePublication(record)
  if (layout) {
    const { comment: reason, packed } = layout
    const after = { packed_bytes: packed.byteLength }
    return { ...who, action: 'layout', object: 'layout', reason, after, before: undefined, subject: 'layout' }
  }
  const entry = decodeDeskEntry(record)
  if (!entry) return { ...who, action: 'other', object: uplink.codec }
  const { change, reason } = entry
  const { is, ...content } = change
  const before = subjectOf(change) === undefined ? null : undefined
  const after = 'request' in content ? without(contentShown(content), 'request') : content
  return {
    ...who,
    reason,
    action: is,
    ...placeOf(change),
    object: objectOf(change),
    before,
    after,
    subject: subjectOf(change),
  }
}

/** A record of access holds the id alone. */
const accountOf = (account: string) => (account === '' ? null : account.includes(':') ? account : `person:${account}`)

const actionNamed = (name: string): AuditAction => accessActions.find((action) => action === name) ?? 'other'

/** A script is named by its hash: its text would fill the page. */
function contentShown(content: object & { readonly codec?: PublishedCodec | null }): object {
  return content.codec ? { ...content, codec: without(content.codec, 'text') } : content
}

function without(content: object, field: string): object {
  return Object.fromEntries(Object.entries(content).filter(([name]) => name !== field))
}

function placeOf(change: DeskChange): { readonly site?: string; readonly bays?: readonly string[] } {
  switch (change.is) {
    case 'override':
      return { bays: change.bays }
    case 'recount':
    case 'wait':
      return { site: change.site }
    case 'alert-made':
      return { ...(change.site === null ? {} : { site: change.site }), bays: change.bay === null ? [] : [change.bay] }
    default:
      return {}
  }
}

const namesShown = 5
const listed = (one: string, many: string, names: readonly string[]) => {
  const more = names.length > namesShown ? ` and ${names.length - namesShown} more` : ''
  return `${names.length === 1 ? one : many} ${names.slice(0, namesShown).join(', ')}${more}`
}

function objectOf(change: DeskChange): string {
  switch (change.is) {
    case 'override':
      return listed('bay', 'bays', change.bays)
    case 'override-end':
      return `override ${change.id}`
    case 'recount':
      return `count zone ${change.site}/${change.zone.level}/${change.zone.zone}`
    case 'alert':
      return listed('alert', 'alerts', change.alerts)
    case 'alert-made':
      return `alert ${change.title}`
    case 'wait':
    case 'wait-end':
      return `wait ${change.id}`
    case 'sign-mode':
    case 'sign':
      return `sign ${change.id}`
    case 'rule':
      return `rule ${change.id}`
    case 'report-schedule':
      return `report schedule ${change.id}`
    case 'codec':
      return `codec ${change.id}`
  }
}

/** What a later change of this subject replaces. The state of an alert before is in no record of a person. */
function subjectOf(change: DeskChange): string | undefined {
  switch (change.is) {
    case 'override':
    case 'override-end':
      return `override ${change.id}`
    case 'wait':
    case 'wait-end':
      return `wait ${change.id}`
    case 'alert':
    case 'alert-made':
      return undefined
    case 'sign-mode':
      return `sign-mode ${change.id}`
    default:
      return objectOf(change)
  }
}

export interface AuditFilter {
  /** Part of the name, or the account in full. */
  readonly who?: string | undefined
  /** Accounts that count as `who` too. */
  readonly accounts?: readonly string[]
  readonly action?: AuditAction | undefined
  readonly object?: string | undefined
  readonly site?: string | undefined
  /** Milliseconds; `to` is not included. */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** `sitesOf`: of a change, as the layout of today has its bays. */
export function isWanted(
  entry: AuditEntry,
  { who, accounts = [], action, object, site, from, to }: AuditFilter,
  sitesOf: (entry: AuditEntry) => readonly string[],
): boolean {
  return (
    (who === undefined ||
      holds(entry.author, who) ||
      entry.account === who ||
      accounts.includes(entry.account ?? '')) &&
    (action === undefined || entry.action === action) &&
    (object === undefined || holds(entry.object, object)) &&
    (from === undefined || entry.at >= from) &&
    (to === undefined || entry.at < to) &&
    (site === undefined || sitesOf(entry).includes(site))
  )
}

const holds = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase())
