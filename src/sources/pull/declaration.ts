import * as z from 'zod'
import { feedMap, feedMapFault } from '../../domain/feed-map.ts'
import { addressFault } from '../../lib/address-list.ts'
import { httpUrlFault } from '../../lib/outbound-address.ts'
import { declareSource } from '../declaration.ts'
import { checkedText, sourceName, timePolicy, trust } from '../settings.ts'

const feed = feedMap.extend({
  url: checkedText(httpUrlFault).describe('address of the feed, http or https'),
  name: sourceName.describe('name of the source; default "pull", with several pull-1, pull-2, ...'),
  everyS: z.int().min(5).max(86_400).default(60).describe('seconds between two requests'),
  staleAfterS: z
    .int()
    .min(60)
    .max(2_592_000)
    .default(21_600)
    .describe(
      'a body that has not changed for so long is stale: it is shown, and an answer without times is no sign of life',
    ),
  allowAddresses: z
    .array(checkedText(addressFault))
    .default([])
    .describe('private addresses or CIDR ranges that the feed may be on; public ones need none'),
  time: timePolicy,
})

export const pull = declareSource({
  key: 'pull',
  kind: 'http',
  settings: z.array(feed).default([]).describe('feeds of other operators that are pulled'),
  resends: true,
  reserved: ['pull'],
  bannerName: 'Pull',
  promise: {
    source: 'pulled feeds',
    acknowledged: '-',
    refusing: 'the feed is asked again later: it is kept by its publisher',
    counted: 'each body, each time',
  },
  named: (feeds) =>
    feeds.map(({ name }, i) => ({
      name: name ?? (feeds.length === 1 ? 'pull' : `pull-${i + 1}`),
      at: ['pull', i, 'name'],
      what: `feed ${i + 1}`,
    })),
  faults: (feeds) =>
    feeds.flatMap((one, i) => {
      const message = feedMapFault(one)
      return message === undefined ? [] : [{ at: ['pull', i, 'fields'], message }]
    }),
  lines: (feeds) => feeds.map(({ url }) => new URL(url).origin),
  async create(feeds, index, { name }) {
    const { time, name: _name, ...settings } = feeds[index] as (typeof feeds)[number]
    const { pullSource } = await import('./pull-source.ts')
    return pullSource({ ...settings, name, ...trust(time) })
  },
})
