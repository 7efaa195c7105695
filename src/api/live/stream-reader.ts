/** A client of the stream, for tests: reads it over a real connection, event by event. */
import { bearer } from '../testing/api-under-test.ts'

export interface Event {
  name: string
  id: number | undefined
  data: Record<string, unknown> & { q?: number; f?: number; d?: number[] }
}

/** Reads a stream for real, event by event. */
export async function openStream(base: string, path: string, headers: Record<string, string> = bearer) {
  const stop = new AbortController()
  const response = await fetch(`${base}${path}`, { headers, signal: stop.signal })
  const events: Event[] = []
  let ended = false
  let text = ''
  const reading = (async () => {
    for await (const piece of response.body as ReadableStream<Uint8Array>) {
      text += Buffer.from(piece).toString()
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const event = parse(text.slice(0, end))
        if (event) events.push(event)
        text = text.slice(end + 2)
      }
    }
  })().catch(() => {}) // A stream that is cut is an end: what came before it is in the events.
  void reading.then(() => {
    ended = true
  })
  return {
    response,
    events,
    /** By the server. */
    isEnded: () => ended,
    deltas: () => events.filter(({ name }) => name === 'd'),
    async [Symbol.asyncDispose]() {
      stop.abort()
      await reading
    },
  }
}

function parse(text: string): Event | undefined {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1]
  const [name, id, data] = [field('event'), field('id'), field('data')]
  return name && data ? { name, id: id === undefined ? undefined : Number(id), data: JSON.parse(data) } : undefined
}
