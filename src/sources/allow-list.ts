/** Who may send to a listener that knows no tokens: this machine always, others when their address is listed. */
import { createAddressList } from '../lib/address-list.ts'

/** Entries are addresses or CIDR ranges. Throws on anything else, with what would be right. */
export function createAllowList(entries: readonly string[]): (address: string | undefined) => boolean {
  try {
    return createAddressList(['127.0.0.0/8', '::1', ...entries])
  } catch (fault) {
    throw new Error(`allow: ${(fault as Error).message}`, { cause: fault })
  }
}
