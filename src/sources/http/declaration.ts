import * as z from 'zod'
import { declareListener } from '../declaration.ts'
import { port } from '../settings.ts'

/** Readings and LoRaWAN webhooks, each a path of one listener. */
export const http = declareListener({
  key: 'ingest',
  kind: 'http',
  settings: z
    .strictObject({ port: port.default(8081) })
    .prefault({})
    .describe('HTTP ingest and LoRaWAN webhooks'),
  listen: {
    protocol: 'tcp',
    scheme: 'http',
    path: '/ingest/v1',
    label: 'HTTP ingest',
    flag: '--ingest-port',
    admits: 'token',
  },
  resends: true,
  reserved: ['http', 'lorawan'],
  bannerName: 'HTTP',
  promise: {
    source: 'HTTP `/ingest/v1`, `/ingest/lorawan`',
    acknowledged: '`202 {"accepted":n}`',
    refusing: '`503` + `Retry-After`',
    counted:
      'each answer: 503 the frames of the body, 413 those of a body with too many; one where the body was not read to its end (401, 415, 429, 413 for its size)',
  },
  named: () => [{ name: 'http', at: ['ingest'], what: 'HTTP ingest' }],
  async create(_settings, _index, { name, tokens, connections, boundSocket }) {
    const { httpSource } = await import('./http-source.ts')
    const { trustedProxies } = connections
    return httpSource({ name, listen: boundSocket(), tokens, connections, trustedProxies })
  },
})
