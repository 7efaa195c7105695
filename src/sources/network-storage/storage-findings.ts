/** Whether the storage of a network server answers, for `baykeeper doctor`: it is asked for one uplink of the last day. */
import { instant } from '../../lib/brand.ts'
import type { Finding } from '../../lib/finding.ts'
import { dayMs } from '../../lib/utc-day.ts'
import { fetchPage, type StorageAddress } from './storage-source.ts'

const askMs = 10_000

export async function storageFindings(settings: StorageAddress & { readonly source: string }): Promise<Finding[]> {
  const name = `storage of ${settings.application} at ${new URL(settings.url).host}`
  const now = Date.now()
  const asked = { limit: 1, after: new Date(now - dayMs).toISOString(), before: instant(now) }
  try {
    const { uplinks, broken } = await fetchPage(settings, asked, AbortSignal.timeout(askMs))
    if (broken !== undefined)
      return [{ level: 'fault', what: `${name}: ${broken}`, fix: 'check url of networkStorage' }]
    const kept = uplinks.length > 0 ? 'has uplinks of the last day' : 'has no uplink of the last day'
    return [{ level: 'ok', what: `${name} answers and ${kept}; they are for the source "${settings.source}"` }]
  } catch (fault) {
    return [
      {
        level: 'fault',
        what: `${name}: ${(fault as Error).message}`,
        fix: 'check url, application and apiKey of networkStorage',
      },
    ]
  }
}
