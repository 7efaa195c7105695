/** The clock of a device is wrong. */
import type { RuleDeclaration } from '../declaration.ts'
import { type AlertRule, usualSettings } from '../rule.ts'
import { deviceKey } from '../world.ts'

/** Back by as much is no late message any more. */
const behindMsMax = 24 * 3_600_000

export const clockSkew: RuleDeclaration = {
  kind: 'clock-skew',
  about:
    'The clock of a device is ahead of the server by more than the threshold, or more than a day behind. Less than that may be a message that was kept and came late.',
  subject: 'device',
  unit: 's',
  defaults: {
    ...usualSettings,
    ...{ severity: 'info', title: 'Clock of a sensor is wrong', threshold: 120, clearAt: 30, offDelayS: 600 },
    next: 'Set the clock of the device or of its gateway. Until then its messages have the time of their arrival.',
  },
  watcher(rules, { world, put, isOn }) {
    const rule = rules[0] as AlertRule
    return {
      follows: {
        applied({ device, reading: { time, timeSource }, isTimeTrusted }) {
          if (time === undefined || timeSource === 'network') return
          // A time of an import or a replay is no evidence of the clock: it was taken when the reading was made.
          const aheadMs = isTimeTrusted ? 0 : time - device.lastArrived
          const key = deviceKey(device)
          const limitMs = 1_000 * (rule.threshold ?? 120)
          if (
            aheadMs <= Math.min(limitMs, 1_000 * (rule.clearAt ?? limitMs)) &&
            aheadMs > -behindMsMax &&
            !isOn(rule, key)
          )
            return
          const was = isOn(rule, key)
          const isWrong =
            aheadMs > (was ? 1_000 * (rule.clearAt ?? rule.threshold ?? 120) : limitMs) || aheadMs < -behindMsMax
          const value = Math.round(aheadMs / 1_000)
          const text = () =>
            `The clock of ${device.external} is ${Math.abs(value)} s ${value < 0 ? 'behind' : 'ahead of'} the server.`
          put(rule, key, { isOn: isWrong, at: device.lastArrived, value, text }, () => world.subjectOfDevice(device))
        },
      },
      // The clock of a device shows with its next message.
      look: () => undefined,
    }
  },
}
