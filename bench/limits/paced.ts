/** Latencies at a steady rate: wire to acknowledged, wire to committed, wire to the stream of a browser. */
import { setTimeout as sleep } from 'node:timers/promises'
import { apiKey } from '../run/baykeeper.ts'
import { type Latency, latencyOf, rounded } from '../run/figures.ts'
import { eyeDevice, type Load, nowMs, type Probe, probeDevice } from './load.ts'
import type { ServerUnderLoad } from './server-under-load.ts'

export interface Paced {
  readonly rate: number
  /** Null where the protocol has no acknowledgement. */
  readonly acknowledged: Latency | null
  readonly committed: Latency
  readonly browser: Latency
  /** Server, broker and database. */
  readonly cores: number
  readonly sent: number
}

/** The database is asked this often, so that a commit is seen this late at most. */
const lookMs = 2
const tailMs = 1_500

export async function pacedLatencies(
  loaded: ServerUnderLoad,
  load: Load,
  rate: number,
  seconds: number,
): Promise<Paced> {
  await layOutEye(loaded)
  await using viewer = await openViewer(loaded)
  const waiting: Probe[] = []
  const changes: Probe[] = []
  load.onProbe = (probe) => void (probe.device === probeDevice ? waiting : changes).push(probe)
  const committedMs: number[] = []
  let ended = false
  const watching = (async () => {
    for (
      let until = Number.POSITIVE_INFINITY;
      performance.now() < until && !(ended && waiting.length === 0);
      await sleep(lookMs)
    ) {
      if (ended && until === Number.POSITIVE_INFINITY) until = performance.now() + tailMs
      const [row] = await loaded.place.query(`SELECT d.max_seq AS n FROM device d WHERE d.external = '${probeDevice}'`)
      const now = nowMs()
      while (waiting[0] && waiting[0].seq <= Number(row?.['n'] ?? -1))
        committedMs.push(now - (waiting.shift() as Probe).sentMs)
    }
  })()
  const cpuBefore = loaded.cpuS()
  const began = performance.now()
  const { sent, ackMs } = await load.ask({ kind: 'pace', rate, seconds })
  const took = (performance.now() - began) / 1_000
  const cores = (loaded.cpuS() - cpuBefore) / took
  ended = true
  await watching
  await sleep(tailMs)
  load.onProbe = undefined
  return {
    rate,
    acknowledged: ackMs.length > 0 ? latencyOf(ackMs) : null,
    committed: latencyOf(committedMs),
    browser: latencyOf(seenMs(changes, viewer.seen)),
    cores: rounded(cores, 2),
    sent,
  }
}

/** Of each change the time until the first event that shows it; one that was never shown is none. */
function seenMs(changes: readonly Probe[], seen: readonly Seen[]): number[] {
  return changes.flatMap(({ sentMs, occupied }, i) => {
    const until = changes[i + 1]?.sentMs ?? Number.POSITIVE_INFINITY
    const event = seen.find(({ at, state }) => at > sentMs && at < until + tailMs && state === (occupied ? 1 : 0))
    return event ? [event.at - sentMs] : []
  })
}

interface Seen {
  readonly at: number
  /** Wire code: 0 free, 1 occupied. */
  readonly state: number
}

/** One bay, watched by the device that changes seldom. */
async function layOutEye({ server }: ServerUnderLoad): Promise<void> {
  const bay = { id: eyeDevice, type: 'standard', x: 1, y: 1 }
  const level = { id: 'one', name: 'One', x: 0, y: 0, w: 20, h: 20, zones: [], bays: [bay] }
  const layout = {
    ...{ name: 'Bench', bayW: 2.5, bayH: 5 },
    sites: [{ id: 'bench', name: 'Bench', zone: 'Europe/Berlin', levels: [level] }],
  }
  const answer = await fetch(new URL('/api/v1/layout', server.ready.web), {
    method: 'PUT',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(layout),
  })
  if (!answer.ok) throw new Error(`the layout was refused (${answer.status}): ${(await answer.text()).slice(0, 300)}`)
}

/** A client of the stream, as a page has one. The plan has one bay, so that its index is 0. */
async function openViewer({ server }: ServerUnderLoad): Promise<{ readonly seen: Seen[] } & AsyncDisposable> {
  const stop = new AbortController()
  const answer = await fetch(new URL('/api/v1/stream?topics=bays', server.ready.web), {
    headers: { authorization: `Bearer ${apiKey}` },
    signal: stop.signal,
  })
  if (!answer.ok || !answer.body) throw new Error(`the stream was refused (${answer.status})`)
  const seen: Seen[] = []
  // The stream is cut at the end of the measurement.
  const reading = read(answer.body, seen).catch(() => {})
  return {
    seen,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await reading
    },
  }
}

async function read(body: ReadableStream<Uint8Array>, seen: Seen[]): Promise<void> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of body) {
    const at = nowMs()
    text += decoder.decode(bytes, { stream: true })
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) {
      const data = /^event: d\ndata: (.*)$/m.exec(event)?.[1]
      const changes = data ? (JSON.parse(data) as { d: number[] }).d : []
      for (let i = 0; i < changes.length; i += 2)
        if (changes[i] === 0) seen.push({ at, state: changes[i + 1] as number })
    }
  }
}
