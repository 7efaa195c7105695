/** `baykeeper audit verify|list`: what people changed, and whether the record of it is as it was written. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { decodeUplink } from '../domain/uplink.ts'
import { verifyChain } from '../journal/desk/desk-chain.ts'
import { deskCopies, deskRecords } from '../journal/segment-journal.ts'
import { snakeKeys } from '../lib/snake-keys.ts'
import { counted } from './counted.ts'
import { CommandFailed, exitCodes, print, type Spoken } from './output.ts'
import { type PlaceOptions, usedPlaceOf } from './place.ts'

interface AuditOptions extends PlaceOptions, Spoken {
  /** Of the chain, noted at an earlier time. */
  readonly head?: string
  readonly limit?: number
}

const limitUsual = 100

function deskIn(options: AuditOptions): string {
  const place = path.join(usedPlaceOf(options).config.data, 'desk')
  if (!existsSync(place))
    throw new CommandFailed(exitCodes.unreachable, `there is no ${place}: it is made with the first change by a person`)
  return place
}

/** Exit 5 where a link is not what stands before it, or the noted head is not in the chain. */
export async function auditVerify(options: AuditOptions): Promise<number> {
  const report = await verifyChain(deskRecords(deskIn(options)), options.head)
  const { copies, unlinked, head, broken, isExpectedFound } = report
  const isWhole = broken.length === 0 && isExpectedFound
  print(options, snakeKeys(report) as object, () => [
    `${counted(copies, 'change')}, ${unlinked === 0 ? 'each covered by the chain' : `${unlinked} behind its end`}`,
    ...broken.map((record) => `record ${record}: what stands before it was changed, removed or put elsewhere`),
    ...(isExpectedFound
      ? []
      : ['the head that you gave is not in the chain: its end was removed, or it is of another server']),
    isWhole
      ? `head ${head}: note it elsewhere, so that a removed end is found`
      : 'the audit log is not as it was written',
  ])
  return isWhole ? exitCodes.ok : exitCodes.integrity
}

/** The newest last. */
export async function auditList(options: AuditOptions): Promise<number> {
  const { limit = limitUsual } = options
  const found: { record: number; at: string; author: string; account: string; address: string; what: string }[] = []
  for await (const { record, bytes } of deskCopies(deskIn(options))) {
    const uplink = decodeUplink(bytes)
    if (!uplink) continue
    const { author = 'unknown', account = '', address = '' } = uplink.meta ?? {}
    const text = uplink.codec === 'layout' ? 'layout' : Buffer.from(uplink.bytes).toString()
    found.push({ record, at: new Date(uplink.arrivedAt).toISOString(), author, account, address, what: text })
    if (found.length > limit) found.shift()
  }
  print(options, found, () =>
    found.map(
      ({ at, author, address, what }) => `${at} ${author}${address ? ` from ${address}` : ''}: ${what.slice(0, 200)}`,
    ),
  )
  return exitCodes.ok
}
