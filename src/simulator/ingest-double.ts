/**
 * An HTTP ingest for tests: it keeps what it accepted, and can refuse or cut connections first. It speaks the contract's words,
 * nothing more.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface IngestDouble extends AsyncDisposable {
  readonly url: string
  /** Lines of accepted bodies, in order. */
  readonly lines: string[]
  readonly requests: { readonly authorization: string | undefined; readonly type: string | undefined }[]
  /** Answers to the next requests: a status, `cut` before the answer, `cut-after` accepting. */
  readonly faults: (number | 'cut' | 'cut-after')[]
}

export async function openIngestDouble(): Promise<IngestDouble> {
  const lines: string[] = []
  const requests: IngestDouble['requests'] = []
  const faults: IngestDouble['faults'] = []
  const server = createServer(async (request, answer) => {
    let body = ''
    for await (const chunk of request) body += chunk
    requests.push({ authorization: request.headers.authorization, type: request.headers['content-type'] })
    const fault = faults.shift()
    if (fault === 'cut') return request.socket.destroy()
    if (typeof fault === 'number') return answer.writeHead(fault).end('{"title":"not now"}')
    const frames = body.startsWith('[')
      ? (JSON.parse(body) as unknown[]).map((element) => JSON.stringify(element))
      : body.split('\n').filter((line) => line !== '')
    lines.push(...frames)
    if (fault === 'cut-after') return request.socket.destroy()
    return answer
      .writeHead(202, { 'content-type': 'application/json' })
      .end(JSON.stringify({ accepted: frames.length }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lines,
    requests,
    faults,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
