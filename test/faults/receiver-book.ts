/** A receiver of webhooks with faults, and what it has taken; one that refuses for now has not. */
import { answering, type Behaviour } from '../../src/notify/testing/http-receiver.ts'

export interface SentEvent {
  readonly alert: string
  readonly event: string
  /** ISO. */
  readonly at: string
}

export interface ReceiverBook {
  /** Events in the order in which they came first, with the keys of their messages. */
  readonly keysByEvent: ReadonlyMap<string, ReadonlySet<string>>
  readonly accepted: ReadonlySet<string>
  /** Requests under each key. */
  readonly seen: ReadonlyMap<string, number>
  readonly behaviour: Behaviour
}

const alertAndEvent = ({ alert, event }: SentEvent) => `${alert} ${event}`

/** `nameOf`: what distinguishes events. */
export function receiverBook(random: () => number, nameOf: (event: SentEvent) => string = alertAndEvent): ReceiverBook {
  const keysByEvent = new Map<string, Set<string>>()
  const accepted = new Set<string>()
  const seen = new Map<string, number>()
  const behaviour: Behaviour = (response, { headers, body }) => {
    const key = String(headers['idempotency-key'])
    seen.set(key, (seen.get(key) ?? 0) + 1)
    const luck = random()
    if (luck < 0.08) return answering(503, { 'retry-after': '0' })(response, { url: '', headers, body }, 0)
    const names = (JSON.parse(body) as { events: SentEvent[] }).events.map(nameOf)
    for (const name of names) keysByEvent.getOrInsertComputed(name, () => new Set()).add(key)
    if (luck < 0.14) return answering(500)(response, { url: '', headers, body }, 0)
    // Taken, and the sender does not learn it.
    if (luck < 0.2) return void response.socket?.resetAndDestroy()
    if (luck < 0.22) return
    for (const name of names) accepted.add(name)
    setTimeout(() => response.writeHead(200).end(), random() * 30)
  }
  return { keysByEvent, accepted, seen, behaviour }
}
