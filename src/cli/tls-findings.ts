/** The certificate of the listeners, and whether they are open to the network without one, for `baykeeper doctor`. */
import type { Config } from '../config/config.ts'
import { isLoopback } from '../config/configured-sources.ts'
import type { Finding } from '../lib/finding.ts'
import { readTlsPair } from '../lib/tls-pair.ts'
import { dayMs } from '../lib/utc-day.ts'

/** Programs that renew certificates do so a month before the end. */
const soonDays = 14

export function tlsFindings({ tls, host, trustedProxies }: Pick<Config, 'tls' | 'host' | 'trustedProxies'>): Finding[] {
  if (!tls) {
    if (isLoopback(host) || trustedProxies.length > 0) return []
    const fix = 'set tls in the configuration, or put a reverse proxy in front: docs/reverse-proxy.md'
    return [
      {
        level: 'warning',
        what: `${host} is open to the network, and passwords and tokens go over it without TLS`,
        fix,
      },
    ]
  }
  try {
    const { ends, names } = readTlsPair(tls)
    const days = Math.floor((ends - Date.now()) / dayMs)
    const what = `the certificate (${names}) is valid for ${days} more days`
    if (days >= soonDays) return [{ level: 'ok', what }]
    return [{ level: 'warning', what, fix: `renew ${tls.certificateFile} and ${tls.keyFile}: no restart is needed` }]
  } catch (fault) {
    const fix = 'a running server goes on with the pair before it; the next start is refused'
    return [{ level: 'fault', what: `tls: ${(fault as Error).message}`, fix }]
  }
}
