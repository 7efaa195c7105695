/** A journal in which alerts are raised and cleared all the time: sensors become too warm and cool down again, by a rule of a person. */
import { type AlertRule, usualSettings } from '../../src/domain/alerts/rule.ts'
import { encodeDeskEntry, type RuleChange } from '../../src/domain/desk-change.ts'
import { encodeUplink } from '../../src/domain/uplink.ts'
import { type JournalRecord, recordKinds } from '../../src/journal/journal.ts'
import { seededRandom, upTo } from '../../src/journal/testing/seeded-random.ts'
import { instant } from '../../src/lib/brand.ts'

const devices = 40
const recordMs = 60_000
const encoder = new TextEncoder()

/** It ends at about `now`: what is older than a day is not sent. */
export function alertStory(seed: number, records: number, now: number): JournalRecord[] {
  const random = seededRandom(seed)
  const begin = now - (records + 1) * recordMs
  const isWarm = new Map<number, boolean>()
  const next = new Map<number, number>()
  const story = Array.from({ length: records }, (_, n) => {
    const lines = Array.from({ length: 4 + upTo(random, 4) }, () => {
      const device = upTo(random, devices - 1)
      isWarm.set(device, isWarm.get(device) !== true)
      const seq = next.get(device) ?? 0
      next.set(device, seq + 1)
      return JSON.stringify({ device: `W-${device}`, boot: 'first', seq, temperature_c: isWarm.get(device) ? 70 : 20 })
    })
    const bytes = encoder.encode(lines.join('\n'))
    const head = {
      source: 'tcp',
      codec: 'generic',
      framing: 'lines',
      arrivedAt: instant(begin + n * recordMs),
    } as const
    return { kind: recordKinds.data, frames: lines.length, bytes: encodeUplink({ ...head, bytes }) }
  })
  return [ruleRecord(begin - 1), ...story]
}

function ruleRecord(at: number): JournalRecord {
  const rule: AlertRule = {
    ...{ id: 'own-warm', kind: 'own', ...usualSettings, severity: 'critical', title: 'Sensor is too warm', next: '' },
    ...{ offDelayS: 30, threshold: 60, watch: { quantity: 'measure', is: 'above', measure: 'temperatureC' } },
  }
  const change: RuleChange = { is: 'rule', request: 'warm', id: rule.id, rule }
  return {
    ...{ kind: recordKinds.desk, frames: 0 },
    bytes: encodeDeskEntry({ author: 'Ada', reason: 'Heat', at: instant(at), change }),
  }
}
