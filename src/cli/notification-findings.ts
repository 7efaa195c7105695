/** For `baykeeper doctor`: whether alerts reach people. The channels are asked of the running server, as the notifier alone knows them. */
import type { ChannelHealth, ChannelHealthList } from '@baykeeper/contract/notifications.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import type { Config } from '../config/config.ts'
import type { Finding } from '../lib/finding.ts'
import { openApi } from './api-target.ts'
import { counted } from './counted.ts'
import type { PlaceOptions, Ready } from './place.ts'

type Configured = Pick<Config, 'notifications'>

/** Nothing where no channel is configured. */
export async function notificationFindings(
  options: PlaceOptions,
  { notifications }: Configured,
  running: Ready | undefined,
): Promise<Finding[]> {
  const channels = Object.keys(notifications.channels).length
  if (!running)
    return channels === 0
      ? []
      : [{ level: 'ok', what: `${counted(channels, 'notification channel')}: known while the server runs` }]
  try {
    await using target = await openApi(options)
    return findingsOf(await target.client.call(routes.notificationChannels, {}), channels)
  } catch (fault) {
    if (channels === 0) return []
    const what = `the notification channels could not be asked for: ${(fault as Error).message}`
    return [{ level: 'warning', what, fix: 'alerts may not reach people; look at the reasons above' }]
  }
}

/** `configured`: how many channels the configuration has. */
export function findingsOf({ state, detail, items }: ChannelHealthList, configured: number): Finding[] {
  if (items.length === 0 && configured === 0) return []
  const fix = 'alerts are kept, and sent when it runs again; its log names the reason'
  if (state === 'absent') return [{ level: 'fault', what: `the notifier is away: ${detail}`, fix }]
  return [
    ...(state === 'waiting' ? [{ level: 'warning' as const, what: `the notifier waits: ${detail}`, fix }] : []),
    ...items.flatMap(ofChannel),
  ]
}

function ofChannel({ name, kind, target, pending, held, dead, sent, last_error, paused_until }: ChannelHealth) {
  const what = `notification channel ${name} (${kind}, ${target})`
  const findings: Finding[] = []
  if (last_error !== '')
    findings.push({
      level: 'warning',
      what: `${what} fails: ${last_error}${paused_until === null ? '' : ` The next attempt is at ${paused_until}.`}`,
      fix: `${counted(pending, 'message')} wait: correct its address or password, then baykeeper notify test ${name}`,
    })
  if (dead > 0)
    findings.push({
      level: 'warning',
      what: `${what}: ${counted(dead, 'message')} given up`,
      fix: `baykeeper notify list --channel ${name} --state dead shows them; each is sent again on the Alerts page or by POST /api/v1/notifications/{id}/retry`,
    })
  if (findings.length === 0)
    findings.push({ level: 'ok', what: `${what}: ${sent} sent, ${pending} pending (${held} held)` })
  return findings
}
