/** A storage of The Things Stack over real HTTP, which answers in the documented form: lines of `{"result":{...}}` in the order that was asked for. */
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/** As the data formats of The Things Stack have it: times with nanoseconds, here other ones for each number; fields that are zero are left out. */
export function storedUplink(f_cnt: number, at: string, { eui = '70b3d57ed0000017', session = 'ESIzRA==' } = {}) {
  const received_at = at.replace(/Z$/, `${String(f_cnt + 1).padStart(6, '0')}Z`)
  return {
    end_device_ids: { device_id: 'north-7', application_ids: { application_id: 'lot' }, dev_eui: eui },
    received_at,
    uplink_message: {
      session_key_id: session,
      f_port: 1,
      ...(f_cnt === 0 ? {} : { f_cnt }),
      frm_payload: Buffer.from([f_cnt % 2]).toString('base64'),
      version_ids: { brand_id: 'bosch', model_id: 'tps110' },
      rx_metadata: [{ gateway_ids: { gateway_id: 'gtw1' }, rssi: -80, snr: 9.5 }],
      received_at,
    },
  }
}
export type Stored = ReturnType<typeof storedUplink>

export interface StorageUnderTest {
  readonly url: string
  readonly asked: readonly URL[]
  readonly headers: readonly (string | undefined)[]
  /** Of the next requests, one each: answers in place of the storage. Undefined: the storage answers. */
  readonly faults: (((response: ServerResponse, page: readonly string[]) => void) | undefined)[]
}

export async function storageUnderTest(t: TestContext, stored: readonly Stored[]): Promise<StorageUnderTest> {
  const asked: URL[] = []
  const headers: (string | undefined)[] = []
  const faults: StorageUnderTest['faults'] = []
  const answer: RequestListener = (request, response) => {
    const url = new URL(request.url ?? '/', 'http://storage')
    asked.push(url)
    headers.push(request.headers.authorization)
    const page = pageOf(stored, url.searchParams)
    const fault = faults.shift()
    if (fault) return fault(response, page)
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(page.join(''))
  }
  const server = createServer(answer).listen(0, '127.0.0.1')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise((resolve) => server.once('listening', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, headers, faults }
}

function pageOf(stored: readonly Stored[], query: URLSearchParams): string[] {
  const [after, before] = [nanosecondsOf(query.get('after') ?? ''), nanosecondsOf(query.get('before') ?? '')]
  return stored
    .map((one) => ({ one, at: nanosecondsOf(one.received_at) }))
    .filter(({ at }) => at > after && at < before)
    .sort((a, b) => Number(a.at - b.at))
    .slice(0, Number(query.get('limit')))
    .map(({ one }) => `${JSON.stringify({ result: one })}\n`)
}

function nanosecondsOf(text: string): bigint {
  const part = /\.(\d+)Z$/.exec(text)?.[1] ?? ''
  return BigInt(Math.floor(Date.parse(text) / 1_000)) * 1_000_000_000n + BigInt(part.padEnd(9, '0'))
}
