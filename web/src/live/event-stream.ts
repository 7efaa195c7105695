/**
 * Server-sent events over fetch (HTML standard, event stream). Not the browser's EventSource: that one hides the status, so
 * that a lost session looks like a lost network, and cannot resume by Last-Event-ID in a new object.
 */
export interface StreamEvent {
  readonly name: string
  readonly data: string
}

/** Takes text as it comes, in any pieces; gives events whole. `activity` is called for every line, comments too. */
export function createEventParser(onEvent: (event: StreamEvent) => void): (piece: string) => void {
  let rest = ''
  let name = ''
  let data: string[] = []
  return (piece) => {
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() as string
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) onEvent({ name: name || 'message', data: data.join('\n') })
        name = ''
        data = []
        continue
      }
      const colon = line.indexOf(':')
      if (colon === 0) continue
      const field = colon < 0 ? line : line.slice(0, colon)
      const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1))
      if (field === 'event') name = value
      else if (field === 'data') data.push(value)
    }
  }
}

export interface Listener {
  open(): void
  activity(): void
  event(event: StreamEvent): void
  /** Status of the refusal, 0 when the network failed or the stream ended. */
  lost(status: number): void
}

/** What the page has. */
export interface Position {
  /** Last sequence; undefined before the first snapshot. */
  readonly q: number | undefined
  /** Of the plan. */
  readonly version: string | undefined
}

/** The sequence is one of a plan: the server has to know both. A version is made of letters and digits. */
const resumedUrl = (url: string, version?: string) =>
  version ? `${url}${url.includes('?') ? '&' : '?'}plan=${version}` : url

/** Opens one stream; resolves when it has ended. */
export async function readEventStream(
  url: string,
  after: Position,
  signal: AbortSignal,
  listener: Listener,
): Promise<void> {
  let status = 0
  try {
    const response = await fetch(resumedUrl(url, after.version), {
      signal,
      cache: 'no-store',
      headers: { accept: 'text/event-stream', ...(after.q === undefined ? {} : { 'last-event-id': String(after.q) }) },
    })
    if (response.ok && response.body) {
      listener.open()
      const parse = createEventParser((event) => listener.event(event))
      for (const reader = response.body.pipeThrough(new TextDecoderStream()).getReader(); ; ) {
        const { value, done } = await reader.read()
        if (done) break
        listener.activity()
        parse(value)
      }
    } else status = response.status
  } catch {
    // Why it failed does not matter to the page: it waits and tries again.
  }
  if (!signal.aborted) listener.lost(status)
}
