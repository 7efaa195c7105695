import * as z from 'zod'
import { addressFault } from '../../lib/address-list.ts'
import { httpUrlFault } from '../../lib/outbound-address.ts'
import { declareSource } from '../declaration.ts'
import { checkedText, sourceName } from '../settings.ts'

const storage = z.strictObject({
  kind: z
    .enum(['the-things-stack'])
    .default('the-things-stack')
    .describe('network server; ChirpStack keeps no uplinks that could be asked for'),
  url: checkedText(httpUrlFault).describe('address of the network server, like https://eu1.cloud.thethings.network'),
  name: sourceName.describe('name of the source; default "storage", with several storage-1, storage-2, ...'),
  application: z.string().min(1).max(128).describe('id of the application'),
  apiKey: z.string().min(1).max(512).describe('API key with the right to read application traffic'),
  source: z
    .string()
    .min(1)
    .max(64)
    .describe('name of the source that brings its uplinks: of the webhook’s token, or of the broker'),
  everyS: z.int().min(1).max(3_600).default(10).describe('seconds between two requests, at least'),
  keepsHours: z
    .int()
    .min(1)
    .max(8_760)
    .default(24)
    .describe('how long the network server keeps uplinks: what is missing for longer is not asked for'),
  allowAddresses: z
    .array(checkedText(addressFault))
    .default([])
    .describe('private addresses or CIDR ranges that it may be on; public ones need none'),
})

export const networkStorage = declareSource({
  key: 'networkStorage',
  kind: 'http',
  settings: z
    .array(storage)
    .default([])
    .describe('storage of LoRaWAN network servers, asked for uplinks that are missing'),
  resends: true,
  reserved: ['storage'],
  bannerName: 'Storage',
  promise: {
    source: 'storage of a LoRaWAN network server',
    acknowledged: '-',
    refusing: 'the page is asked for again later',
    counted: 'nothing: it is kept by the network server',
  },
  named: (storages) =>
    storages.map(({ name }, i) => ({
      name: name ?? (storages.length === 1 ? 'storage' : `storage-${i + 1}`),
      at: ['networkStorage', i, 'name'],
      what: `network storage ${i + 1}`,
    })),
  async preflight(storages) {
    const { storageFindings } = await import('./storage-findings.ts')
    return (await Promise.all(storages.map(storageFindings))).flat()
  },
  lines: (storages) => storages.map(({ url }) => new URL(url).origin),
  async create(storages, index, { name, missingOf }) {
    const { kind: _kind, name: _name, ...settings } = storages[index] as (typeof storages)[number]
    const { storageSource } = await import('./storage-source.ts')
    return storageSource({ ...settings, name, missing: () => missingOf(settings.source) })
  },
})
