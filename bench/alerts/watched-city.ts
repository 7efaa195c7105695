/** One server with 50,000 bays: the flood without a rule and with 500, in turns, and how soon a webhook follows a reading. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RuleOnWire } from '../../contract/alert-rule.ts'
import { routes } from '../../contract/routes.ts'
import { bayCount, cityText, deviceName } from '../domain/city.ts'
import { nowMs } from '../limits/load.ts'
import { openPlace } from '../limits/place.ts'
import { openServerUnderLoad, type ServerUnderLoad } from '../limits/server-under-load.ts'
import { apiKey, ingestToken } from '../run/baykeeper.ts'
import { type Latency, latencyOf, rounded } from '../run/figures.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import { manyRules, ruleCount, warmRule } from './rules.ts'

export interface Watched {
  readonly rules: number
  readonly bays: number
  /** From a reading that is sent to its webhook, beside a steady load. */
  readonly webhook: Latency
  /** Events a second, in turns. */
  readonly without: readonly number[]
  readonly with: readonly number[]
  /** To put all rules into effect. */
  readonly rules_s: number
  readonly lost: number
}

const paceRate = 5_000
/** At least two of each device. */
const warmReadings = 2 * bayCount
const settleMs = 1_000
const busy = 503
const triesMax = 100
const pauseMs = 50
const everyMs = 100
/** As many changes as are published at once; more are refused. */
const requestsAtOnce = 8

export async function measureWatched(quick: boolean, say: (text: string) => void): Promise<Watched> {
  await using place = await openPlace('sqlite')
  await using receiver = await startReceiver()
  await using loaded = await openServerUnderLoad(place, ['http'], undefined, {
    async flags(dir) {
      const file = path.join(dir, 'alerts.yaml')
      await writeFile(file, channelText(receiver.url))
      return ['--config', file]
    },
  })
  // The pages may come a moment after intake.
  for (let tries = 0; loaded.server.ready.web === undefined && tries < triesMax; tries++) await sleep(everyMs)
  await ask(loaded, routes.publishLayout.path, 'PUT', cityText('Watched city'))
  const load = await loaded.load('http', bayCount)
  let sent = 0
  const flood = async (seconds: number) => {
    const began = performance.now()
    const done = await load.ask({ kind: 'flood', seconds })
    sent += done.sent
    await loaded.drained(sent)
    return Math.round((1_000 * done.sent) / (performance.now() - began))
  }
  const builtIn = await builtInRules(loaded)
  const all = new Map<string, object>([...builtIn, ...manyRules(ruleCount - builtIn.size)])
  // A flood leaves a backlog of many times its length.
  const [turns, seconds] = quick ? [1, 0.6] : [3, 3]
  const [without, withRules]: [number[], number[]] = [[], []]
  let rulesS = 0
  await enable(loaded, builtIn, false)
  // Every device is known, and code is compiled, before anything is measured.
  while (sent < warmReadings) await flood(seconds)
  for (let turn = 0; turn < turns; turn++) {
    if (turn > 0) await enable(loaded, all, false)
    without.push(await flood(seconds))
    const began = performance.now()
    await enable(loaded, all, true)
    rulesS = rounded((performance.now() - began) / 1_000, 1)
    withRules.push(await flood(seconds))
  }
  say(
    `${ruleCount} rules in effect within ${rulesS} s; events/s without ${without.join(', ')}, with ${withRules.join(', ')}`,
  )
  const count = quick ? 40 : 200
  const pacing = load.ask({ kind: 'pace', rate: paceRate, seconds: (count * everyMs + settleMs) / 1_000 + 1 })
  await sleep(settleMs)
  const tookMs: Promise<number>[] = []
  for (let i = 0; i < count; i++) {
    tookMs.push(webhookMs(loaded, receiver, deviceName(i)))
    await sleep(everyMs)
  }
  const webhook = latencyOf(await Promise.all(tookMs))
  sent += (await pacing).sent + count
  await loaded.drained(sent)
  say(`a webhook ${webhook.p50_ms}/${webhook.p99_ms} ms p50/p99 after its reading, beside ${paceRate} events/s`)
  const [row] = await loaded.place.query('SELECT sum(committed) AS n FROM ledger')
  return {
    ...{ rules: ruleCount, bays: bayCount, webhook, without, with: withRules, rules_s: rulesS },
    lost: Math.max(0, sent - Number(row?.['n'] ?? 0)),
  }
}

const channelText = (url: string) => `notifications:
  allowAddresses: ['127.0.0.1']
  channels:
    bench:
      kind: webhook
      url: ${url}
      rules: [${warmRule}]
      events: [raised]
      rate: { messages: 10000, minutes: 1 }
`

async function webhookMs({ server }: ServerUnderLoad, receiver: Receiver, device: string): Promise<number> {
  const began = nowMs()
  const answer = await fetch(new URL('/ingest/v1', server.ready.ingest), {
    method: 'POST',
    headers: { authorization: `Bearer ${ingestToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ device, temperature_c: 70 }),
  })
  if (!answer.ok) throw new Error(`the reading of ${device} is answered ${answer.status}: ${await answer.text()}`)
  await answer.arrayBuffer()
  return (await receiver.arrival(device)) - began
}

/** As they are written: by id. */
async function builtInRules(loaded: ServerUnderLoad): Promise<ReadonlyMap<string, object>> {
  const { items } = (await ask(loaded, routes.rules.path, 'GET')) as { items: readonly RuleOnWire[] }
  return new Map(
    items
      .filter((rule) => rule.is_built_in)
      .map(({ id, kind, severity, title, next, on_delay_s, off_delay_s, threshold, clear_at, schedule }) => [
        id,
        { kind, severity, title, next, on_delay_s, off_delay_s, threshold, clear_at, schedule },
      ]),
  )
}

async function enable(loaded: ServerUnderLoad, rules: ReadonlyMap<string, object>, enabled: boolean) {
  const left = [...rules]
  const work = async () => {
    for (let next = left.pop(); next; next = left.pop()) {
      const [id, rule] = next
      await ask(loaded, routes.putRule.path.replace('{id}', id), 'PUT', JSON.stringify({ ...rule, enabled }))
    }
  }
  await Promise.all(Array.from({ length: requestsAtOnce }, work))
}

async function ask({ server }: ServerUnderLoad, url: string, method: string, body?: string): Promise<unknown> {
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
  const headers = { authorization: `Bearer ${apiKey}`, ...type }
  const init = { method, headers, ...(body === undefined ? {} : { body }) }
  let answer = await fetch(new URL(url, server.ready.web), init)
  // Too many changes at once are refused, and nothing of them was done.
  for (let tries = 0; answer.status === busy && tries < triesMax; tries++) {
    await answer.arrayBuffer()
    await sleep(pauseMs)
    answer = await fetch(new URL(url, server.ready.web), init)
  }
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${url} answers ${answer.status}: ${text.slice(0, 500)}`)
  return text === '' ? undefined : JSON.parse(text)
}
