import * as z from 'zod'
import { declareListener } from '../declaration.ts'
import { access, allow, port, timePolicy, trust } from '../settings.ts'

export const tcp = declareListener({
  key: 'tcp',
  kind: 'tcp',
  settings: z.strictObject({ port: port.default(7001), allow, access, time: timePolicy }).prefault({}),
  listen: { protocol: 'tcp', scheme: 'tcp', label: 'TCP lines', flag: '--tcp-port', admits: 'address' },
  resends: true,
  reserved: ['tcp'],
  bannerName: 'TCP',
  promise: {
    source: 'TCP lines',
    acknowledged: '`ACK n` if asked for',
    refusing: 'the socket is paused: the window closes',
    counted: 'nothing while kept; once, if the server stops before it is taken',
  },
  named: () => [{ name: 'tcp', at: ['tcp'], what: 'TCP lines' }],
  async create({ allow, access, time }, _index, { name, tokens, connections, boundSocket }) {
    const { tcpSource } = await import('./tcp-source.ts')
    return tcpSource({ name, listen: boundSocket(), allow, access, tokens, connections, ...trust(time) })
  },
})
