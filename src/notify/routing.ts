/** Which channels get an event, and when: severity, sites, rules and events of the channel, digest and quiet hours. Pure. */

import { openDays } from '@baykeeper/contract/vocabulary.ts'
import { countedHours } from '../domain/counted-hours.ts'
import { dailyTime } from '../domain/daily-time.ts'
import { dayMs } from '../lib/utc-day.ts'
import { type AlertEvent, isPersonal } from './alert-event.ts'
import type { NewDelivery } from './delivery.ts'
import { type ChannelSettings, type NotificationSettings, type QuietHours, severityRank } from './settings.ts'

export type Routing = (event: AlertEvent, now: number) => readonly Omit<NewDelivery, 'key'>[]

export function createRouting({ channels, digest, quietHours, timeZone }: NotificationSettings): Routing {
  const digestTime = dailyTime(digest.at, timeZone)
  const quietOf = new Map(
    Object.entries(channels).map(([name, one]) => [name, quietTimes(one.quietHours ?? quietHours, timeZone)]),
  )
  const timing = (name: string, channel: ChannelSettings, event: AlertEvent, now: number) => {
    if (isPersonal(event)) return { hold: 'none', due: now } as const
    if (channel.deliver === 'digest') return { hold: 'digest', due: digestTime.next(now) } as const
    const quietEnd = event.severity === 'critical' ? undefined : quietOf.get(name)?.(now)
    return quietEnd === undefined
      ? ({ hold: 'none', due: now } as const)
      : ({ hold: 'quiet-hours', due: quietEnd } as const)
  }
  return (event, now) => {
    if (event.isQuiet) return []
    const unknown = event.channels.filter((name) => !Object.hasOwn(channels, name))
    return [
      ...Object.entries(channels).flatMap(([name, channel]) =>
        isFor(event, name, channel) ? [{ channel: name, ...timing(name, channel, event, now) }] : [],
      ),
      ...unknown.map((channel) => ({
        ...{ channel, hold: 'none' as const, due: now },
        dead: 'No channel of this name is configured.',
      })),
    ]
  }
}

function isFor(event: AlertEvent, name: string, channel: ChannelSettings): boolean {
  const isNamed = event.channels.includes(name)
  if (isPersonal(event)) return isNamed
  if (!channel.events.includes(event.event)) return false
  if (isNamed) return true
  return (
    severityRank(event.severity) <= severityRank(channel.severity) &&
    (channel.sites.length === 0 || event.site === '' || channel.sites.includes(event.site)) &&
    (channel.rules.length === 0 || channel.rules.includes(event.rule))
  )
}

/** At a moment within: when they end. Undefined outside of them. Hours that touch are one span; the search ends after eight days. */
export function quietTimes(hours: readonly QuietHours[], timeZone: string): (at: number) => number | undefined {
  if (hours.length === 0) return () => undefined
  const days = openDays.filter((day) => day !== 'holiday')
  const counted = countedHours(
    hours.map((span) => ({ days: span.days ?? days, from: span.from, to: span.to })),
    timeZone,
  )
  return (at) => {
    let end = at
    counted.walk(at, at + 8 * dayMs, (from, to) => {
      if (from > end) return true
      end = Math.max(end, to)
      return false
    })
    return end > at ? end : undefined
  }
}
