/** Who made a change, as its record names it beside the author: the account, which stays when the name changes, and where the request came from. */
import { decodeUplink, encodeUplink } from './uplink.ts'

export interface DeskActor {
  /** `person:ID` or `key:NAME`. */
  readonly account: string
  readonly address: string
}

/** The record with its actor. */
export function withActor(record: Uint8Array, { account, address }: DeskActor): Uint8Array {
  const uplink = decodeUplink(record)
  if (!uplink) throw new TypeError('a record of a change that cannot be read')
  return encodeUplink({ ...uplink, meta: { ...uplink.meta, account, address } })
}
