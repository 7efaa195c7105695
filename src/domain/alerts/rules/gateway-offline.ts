/** A gateway is offline: many devices that it alone carries are silent together. */

import type { GatewayKey } from '../../folds/gateway-rows.ts'
import type { RuleDeclaration } from '../declaration.ts'
import type { AlertRule } from '../rule.ts'
import { usualSettings } from '../rule.ts'
import { subject } from '../subject.ts'
import type { GatewayOutage, World } from '../world.ts'

const nameOf = ({ source, gateway }: GatewayKey) => (gateway === '' ? source : `${source} ${gateway}`)

/** Of its device with the lowest number, which a restart does not change; empty: none has a place. */
function siteOf(outage: GatewayOutage | undefined, world: World): string {
  const [device] = [...(outage?.devices ?? [])].sort((a, b) => a.id - b.id)
  return device ? world.subjectOfDevice(device).site : ''
}

export const gatewayOffline: RuleDeclaration = {
  kind: 'gateway-offline',
  about:
    'All devices that a gateway alone carries are silent together, so it is judged offline. Its bays are unknown at once.',
  subject: 'gateway',
  unit: 'devices',
  defaults: {
    ...usualSettings,
    ...{ severity: 'critical', title: 'Gateway is offline' },
    next: 'Check power and network of the gateway. Its devices report again on their own when it is back.',
  },
  holdsBack: ['silent'],
  explains({ id }, child, world) {
    const device = world.deviceNamed(child.id)
    const gateway = device && world.carrierOf(device)
    return gateway !== undefined && nameOf(gateway) === id
  },
  watcher(rules, { world, put, subjectsOn }) {
    const rule = rules[0] as AlertRule
    const judge = (key: GatewayKey, isOn: boolean, at: number, devices: number | null) => {
      const id = nameOf(key)
      const text = () => `Gateway ${id} is offline${devices === null ? '' : `: ${devices} devices depend on it`}.`
      put(rule, { kind: 'gateway', id }, { isOn, at, value: devices, text }, () =>
        subject('gateway', id, { source: key.source, site: siteOf(outageOf(key), world) }),
      )
    }
    const outageOf = (key: GatewayKey) =>
      [...world.gatewaysOffline()].find((one) => one.source === key.source && one.gateway === key.gateway)
    const devicesOf = (key: GatewayKey) => outageOf(key)?.devices.size ?? null
    return {
      follows: {
        gateway: (event) =>
          judge(event, event.offlineSince !== null, event.offlineSince ?? event.time, devicesOf(event)),
      },
      look(at) {
        const offline = [...world.gatewaysOffline()]
        for (const { id } of [...subjectsOn(rule)])
          if (!offline.some((one) => nameOf(one) === id))
            put(rule, { kind: 'gateway', id }, { isOn: false, at, value: null, text: () => '' }, () => undefined)
        for (const one of offline) judge(one, true, one.offlineSince, devicesOf(one))
      },
    }
  },
}
