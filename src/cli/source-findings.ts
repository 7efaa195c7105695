/** For `baykeeper doctor`: what of the configured sources can lose readings, tried beside the server, which need not run. */
import { existsSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import { keptWarnings } from '../config/source-warnings.ts'
import { brokerPreflight } from '../sources/mqtt/broker-preflight.ts'
import { defaultClientId, noClientId, shown } from '../sources/mqtt/client-facts.ts'
import { driverCounters } from '../sources/serial/driver-counters.ts'
import { findDevice } from '../sources/serial/find-device.ts'
import { udpPreflight } from '../sources/udp/udp-source.ts'
import type { Finding } from './doctor.ts'

export async function sourceFindings(config: Config, running: boolean): Promise<Finding[]> {
  const found = await Promise.all([
    ...(config.udp.port === 'off' ? [] : [udp()]),
    ...config.serial.map(({ path }) => serial(path)),
    ...config.brokers.map(broker),
    ...(running ? [told(config.data)] : []),
  ])
  const seen = new Set<string>()
  return found.flat().filter(({ what }) => !seen.has(what) && seen.add(what))
}

async function udp(): Promise<Finding[]> {
  const warnings = await udpPreflight()
  if (warnings.length === 0) return [{ level: 'ok', what: 'udp: the kernel grants the receive buffer' }]
  return warnings.map((what) => ({
    level: 'warning',
    what: `udp: ${what}`,
    fix: 'sysctl -w net.core.rmem_max=8388608',
  }))
}

async function serial(wanted: string): Promise<Finding[]> {
  const device = await findDevice(wanted).catch(() => undefined)
  if (device === undefined)
    return [
      {
        level: 'warning',
        what: `serial ${wanted} is not there`,
        fix: 'plug it in; it is opened when it appears. ls -l /dev/serial/by-id shows stable names',
      },
    ]
  const counters = existsSync(device) ? await driverCounters(device) : undefined
  const lost = counters
    ? `its driver has lost ${counters.overruns + counters.bufferOverruns} characters since it was loaded`
    : 'overrun counters: not available'
  return [{ level: 'ok', what: `serial ${wanted}; ${lost}` }]
}

async function broker(settings: Config['brokers'][number]): Promise<Finding[]> {
  const name = `broker ${shown(settings.url)}`
  const { clientId = defaultClientId } = settings
  const nameless: Finding[] =
    clientId === defaultClientId
      ? [{ level: 'warning', what: `${name}: ${noClientId}`, fix: 'set brokers[].clientId to a name of its own' }]
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

async function told(dataDir: string): Promise<Finding[]> {
  return (await keptWarnings(dataDir)).map(({ source, warning }) => ({
    level: 'warning',
    what: `${source}: ${warning}`,
  }))
}
