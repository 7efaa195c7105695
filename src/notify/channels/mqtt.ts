/**
 * MQTT: one message with QoS 1 to a broker that is configured. Each attempt has its own connection: a client that stays connected
 * queues messages in memory while its broker is away, and would send them a second time under its own rules.
 */
import mqtt from 'mqtt'
import type { Outcome } from '../delivery.ts'
import { messageJson, type OutgoingMessage } from '../message.ts'
import type { ChannelSettingsOf } from '../settings.ts'
import { type Channel, type ChannelParts, failed, sent } from './channel.ts'

export function mqttChannel(settings: ChannelSettingsOf<'mqtt'>, parts: ChannelParts): Channel {
  const { host } = new URL(settings.url)
  return {
    target: settings.url,
    send(message, signal) {
      const password = parts.secret()
      const ca = parts.ca()
      const timeoutMs = settings.timeoutSeconds * 1_000
      const client = mqtt.connect(settings.url, {
        ...{ reconnectPeriod: 0, connectTimeout: timeoutMs, clean: true, protocolVersion: 4, queueQoSZero: false },
        ...(settings.user === undefined ? {} : { username: settings.user }),
        ...(password === undefined ? {} : { password }),
        ...(ca === undefined ? {} : { ca }),
      })
      const { promise, resolve } = Promise.withResolvers<Outcome>()
      let reached = false
      const fail = (detail: string) => resolve(failed(detail, { reached, unreachable: !reached }))
      const timer = setTimeout(() => fail(`${host} has not answered within ${settings.timeoutSeconds} s.`), timeoutMs)
      const stop = () => fail('The server is stopping.')
      signal.addEventListener('abort', stop, { once: true })
      client.on('connect', () => {
        reached = true
        client.publish(
          topicOf(settings.topic, message),
          messageJson(message),
          { qos: 1, retain: settings.retain },
          (fault) => {
            if (fault) fail(`${host} did not confirm the message (${fault.message}).`)
            else resolve(sent(`${host} confirmed the message.`))
          },
        )
      })
      client.on('error', (fault) => fail(`${host} cannot be reached (${reasonOf(fault)}).`))
      client.on('close', () => fail(`${host} closed the connection before it confirmed the message.`))
      return promise.finally(() => {
        clearTimeout(timer)
        signal.removeEventListener('abort', stop)
        // Faults of a connection that is not needed any more change nothing.
        client.on('error', () => {})
        client.end(true)
      })
    },
  }
}

const reasonOf = (fault: Error): string =>
  fault instanceof AggregateError ? ((fault.errors[0] as Error | undefined)?.message ?? 'no address') : fault.message

/** A value never adds a level, and never a wildcard. */
export function topicOf(template: string, { event, severity, alert }: OutgoingMessage): string {
  const values: Readonly<Record<string, string>> = {
    ...{
      site: event.site || 'system',
      alert: alert ?? 'several',
      rule: event.rule || 'none',
      event: event.event,
      severity,
    },
  }
  return template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] as string).replace(/[/+#\p{Cc}]/gu, '_').slice(0, 128) : whole,
  )
}
