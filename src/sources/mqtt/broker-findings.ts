/** What of a configured broker can lose readings, for `baykeeper doctor`. */
import type { Finding } from '../../lib/finding.ts'
import { type BrokerAddress, brokerPreflight } from './broker-preflight.ts'
import { defaultClientId, noClientId, shown } from './client-facts.ts'

type BrokerSettings = Omit<BrokerAddress, 'clientId'> & { readonly clientId?: string | undefined }

/** Whether a broker answers, what it keeps for a client that is away, and what it has dropped. */
export async function brokerFindings(settings: BrokerSettings): Promise<Finding[]> {
  const name = `broker ${shown(settings.url)}`
  const { clientId = defaultClientId } = settings
  const nameless: Finding[] =
    clientId === defaultClientId
      ? [{ level: 'warning', what: `${name}: ${noClientId}`, fix: 'set brokers[].clientId to a separate name' }]
      : []
  try {
    const { warnings, figures } = await brokerPreflight({ ...settings, clientId })
    const dropped = figures['broker_dropped_messages']
    return [
      {
        level: 'ok',
        what: `${name} answers, QoS ${figures['qos_granted']}${dropped === undefined ? '' : `; it has dropped ${dropped} messages for all its clients`}`,
      },
      ...nameless,
      ...warnings.map((what): Finding => ({ level: 'warning', what: `${name}: ${what}` })),
    ]
  } catch (fault) {
    return [
      {
        level: 'fault',
        what: `${name} cannot be asked: ${(fault as Error).message}`,
        fix: 'check url, username and password of the broker',
      },
      ...nameless,
    ]
  }
}
