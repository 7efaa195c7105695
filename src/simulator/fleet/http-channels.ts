/** Readings and webhooks over HTTP. */
import { postUntilAccepted } from '../senders/http-post.ts'
import { SendRefused } from '../senders/sender.ts'
import type { Channel, ChannelOptions } from './channel.ts'
import type { FleetRecord } from './member-records.ts'

/** Readings of several devices in one body, as a gateway posts them. */
const sharedFramesMax = 200

export function httpChannel(url: string, options: ChannelOptions): Channel {
  const post = poster(url, options)
  return {
    async send(records) {
      for (const body of bodiesOf(records)) {
        const texts = body.flatMap(({ texts }) => texts)
        if (body[0]?.shares) await post(body, '/ingest/v1', 'application/x-ndjson', texts.join('\n'))
        else await post(body, '/ingest/v1', 'application/json', `[${texts.join(',')}]`)
      }
    },
    noise: (text) => post([], '/ingest/v1', 'application/x-ndjson', text),
    [Symbol.asyncDispose]: async () => {},
  }
}

const webhookPath = '/ingest/lorawan'

export function webhookChannel(url: string, options: ChannelOptions): Channel {
  const post = poster(url, options)
  const path = (query?: string) => (query === undefined ? webhookPath : [webhookPath, query].join('?'))
  return {
    async send(records) {
      for (const record of records) await post([record], path(record.query), 'application/json', record.texts[0] ?? '')
    },
    noise: (text) => post([], path(), 'application/json', text),
    [Symbol.asyncDispose]: async () => {},
  }
}

/** Consecutive records that may share a body share one. */
function bodiesOf(records: readonly FleetRecord[]): (readonly FleetRecord[])[] {
  const bodies: FleetRecord[][] = []
  let frames = 0
  for (const record of records) {
    const last = bodies.at(-1)
    if (record.shares && last?.[0]?.shares && frames + record.frames <= sharedFramesMax) last.push(record)
    else {
      bodies.push([record])
      frames = 0
    }
    frames += record.frames
  }
  return bodies
}

function poster(url: string, { token, signal, onTrouble, onResent }: ChannelOptions) {
  return async (records: readonly FleetRecord[], path: string, contentType: string, body: string): Promise<number> => {
    const onRetry = () => onResent(records)
    const accepted = await postUntilAccepted(url, body, { token, signal, path, contentType, onTrouble, onRetry })
    const frames = records.reduce((sum, record) => sum + record.frames, 0)
    if (records.length > 0 && accepted !== frames)
      throw new SendRefused(
        `the server accepted ${accepted} of ${frames} frames and answered 202: it counts frames wrongly`,
      )
    return accepted
  }
}
