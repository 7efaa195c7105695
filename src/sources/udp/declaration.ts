import * as z from 'zod'
import { declareListener } from '../declaration.ts'
import { access, allow, port, timePolicy, trust } from '../settings.ts'

export const udp = declareListener({
  key: 'udp',
  kind: 'udp',
  settings: z.strictObject({ port: port.default(7001), allow, access, time: timePolicy }).prefault({}),
  listen: { protocol: 'udp', scheme: 'udp', label: 'UDP datagrams', flag: '--udp-port', admits: 'address' },
  resends: false,
  reserved: ['udp'],
  bannerName: 'UDP',
  promise: {
    source: 'UDP',
    acknowledged: '`ACK ID` if asked for',
    refusing: 'kept, up to 32 MiB',
    counted: 'a datagram beyond that, once',
  },
  named: () => [{ name: 'udp', at: ['udp'], what: 'UDP datagrams' }],
  async preflight() {
    const { udpPreflight } = await import('./udp-source.ts')
    const warnings = await udpPreflight()
    if (warnings.length === 0) return [{ level: 'ok', what: 'udp: the kernel grants the receive buffer' }]
    return warnings.map((what) => ({
      level: 'warning',
      what: `udp: ${what}`,
      fix: 'sysctl -w net.core.rmem_max=8388608',
    }))
  },
  async create({ allow, access, time }, _index, { name, tokens, datagramAddress, onDatagramPort }) {
    const { udpSource } = await import('./udp-source.ts')
    return udpSource({
      name,
      listen: datagramAddress(),
      allow,
      access,
      tokens,
      onListening: onDatagramPort,
      ...trust(time),
    })
  },
})
