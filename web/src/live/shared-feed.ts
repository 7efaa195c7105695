/**
 * One stream per browser: HTTP/1.1 allows six connections to a server, and the seventh tab would wait for ever. The tab that
 * holds the lock reads the stream and notifies the others; when it closes, the next one holds the lock and resumes where it was.
 * Without Web Locks (plain HTTP off loopback) each tab reads its own stream.
 */
import { type Listener, type Position, readEventStream, type StreamEvent } from './event-stream.ts'

export interface Feed {
  /** Begins to listen; `after` is what the page has. */
  open(after: Position): void
  close(): void
  /** Silence for this long means that the leading tab may be frozen, so another tab leads. */
  takeOver(): void
}

type Message =
  | { readonly type: 'hello' }
  | { readonly type: 'open' }
  | { readonly type: 'activity' }
  | { readonly type: 'event'; readonly event: StreamEvent }
  | { readonly type: 'lost'; readonly status: number }

/** Repeated to a tab that joins: the position of the stream, and the newest figures. */
type Standing = ReadonlyMap<string, StreamEvent>

/** `position` is what the page has: a tab that comes to lead resumes there. */
export function createFeed(url: string, listener: Listener, position: () => Position): Feed {
  if (!('locks' in navigator) || typeof BroadcastChannel === 'undefined') return createOwnFeed(url, listener)
  return createSharedFeed(url, listener, position)
}

function createOwnFeed(url: string, listener: Listener): Feed {
  let reading: AbortController | undefined
  const close = () => {
    reading?.abort()
    reading = undefined
  }
  return {
    open(after) {
      close()
      reading = new AbortController()
      void readEventStream(url, after, reading.signal, listener)
    },
    close,
    takeOver() {},
  }
}

function createSharedFeed(url: string, listener: Listener, position: () => Position): Feed {
  const name = `baykeeper ${url}`
  let channel: BroadcastChannel | undefined
  let leading = false
  let release: (() => void) | undefined
  let giveUp: AbortController | undefined
  let wanted = false
  let open = false
  const standing = new Map<string, StreamEvent>()

  const post = (message: Message) => channel?.postMessage(message)
  const own = createOwnFeed(url, {
    open() {
      open = true
      standing.delete('reset')
      post({ type: 'open' })
      listener.open()
    },
    activity() {
      post({ type: 'activity' })
      listener.activity()
    },
    event(event) {
      standing.set(event.name, event)
      post({ type: 'event', event })
      listener.event(event)
    },
    lost(status) {
      open = false
      post({ type: 'lost', status })
      listener.lost(status)
    },
  })

  const onMessage = ({ data: message }: MessageEvent<Message>) => {
    if (message.type === 'hello') {
      if (!leading || !open) return
      post({ type: 'open' })
      for (const event of repeated(standing)) post({ type: 'event', event })
    } else if (!leading && wanted) {
      if (message.type === 'open') listener.open()
      else if (message.type === 'activity') listener.activity()
      else if (message.type === 'event') listener.event(message.event)
      else listener.lost(message.status)
    }
  }

  const lead = (steal: boolean) => {
    giveUp?.abort()
    giveUp = new AbortController()
    const options = steal ? { steal } : { signal: giveUp.signal }
    const held = navigator.locks.request(name, options, () => {
      leading = true
      if (wanted) own.open(position())
      return new Promise<void>((resolve) => {
        release = resolve
      })
    })
    held.catch(() => {
      if (!leading) return
      // Another tab took over: listen to it, and wait for its turn to end.
      own.close()
      leading = false
      open = false
      lead(false)
    })
  }

  return {
    open(after) {
      wanted = true
      if (!channel) {
        channel = new BroadcastChannel(name)
        channel.onmessage = onMessage
        lead(false)
      }
      if (leading) own.open(after)
      else post({ type: 'hello' })
    },
    close() {
      // A leader between two tries keeps the lock: the others wait with it.
      if (leading) own.close()
      open = false
      wanted = false
      if (document.visibilityState === 'visible') return
      giveUp?.abort()
      release?.()
      leading = false
      channel?.close()
      channel = undefined
    },
    takeOver() {
      if (!leading) lead(true)
    },
  }
}

/**
 * A past delta is repeated as an empty one: it carries the position of the stream. A reset is repeated too: the tab may have been between two
 * tries when it came, with the states of another plan.
 */
function* repeated(standing: Standing): Generator<StreamEvent> {
  for (const event of standing.values()) {
    if (event.name !== 'd') yield event
    else yield { name: 'd', data: JSON.stringify({ ...(JSON.parse(event.data) as object), f: undefined, d: [] }) }
  }
}
