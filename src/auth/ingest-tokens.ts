/** Which source an ingest token sends for, what it is limited to, and whether its device times are trusted: always as the keyring has it now. */
import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import type { TokenCheck } from '../sources/source.ts'
import type { Keyring } from './keyring.ts'

export const simulatorSource = 'simulator'

const macForm = /^[0-9a-f]{64}$/i

/** `demoToken`: what the simulator sends with; its times are those of the simulated city. */
export function ingestTokens(
  keyring: Pick<Keyring, 'ingest' | 'ingestNamed' | 'version'>,
  demoToken: string | undefined,
): TokenCheck & Required<Pick<TokenCheck, 'signed'>> {
  const digest = (token: string) => hash('sha256', token, 'buffer')
  const demo = demoToken === undefined ? undefined : digest(demoToken)
  const isDemo = (token: string) => demo !== undefined && timingSafeEqual(digest(token), demo)
  return {
    ingest: (token) => (isDemo(token) ? { source: simulatorSource, time: 'trust' } : keyring.ingest(token)),
    signed(source, mac, bytes) {
      const found = keyring.ingestNamed(source)
      if (!found || !macForm.test(mac)) return undefined
      const right = createHmac('sha256', Buffer.from(found.hash, 'hex')).update(bytes).digest()
      return timingSafeEqual(right, Buffer.from(mac, 'hex')) ? found.sender : undefined
    },
    version: () => keyring.version(),
  }
}
