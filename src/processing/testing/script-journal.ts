/** Uplinks of a LoRaWAN network, and scripts that are published between them, as records of a journal. */
import { type DeskEntry, encodeDeskEntry } from '../../domain/desk-change.ts'
import type { CodecAssignment } from '../../domain/published-codec.ts'
import type { Instant } from '../../lib/brand.ts'
import { scriptOf } from '../../scripts/script.ts'
import type { ScriptRunner } from '../../scripts/script-runner.ts'
import { createDecoderBook } from '../decoder-book.ts'
import type { Body } from './drained-journal.ts'

const application = 'city'
export const uplink = (
  seq: number,
  byte: number,
  more: { port?: number; brand?: string; model?: string } = {},
): Body => ({
  body: JSON.stringify({
    end_device_ids: { device_id: 'bay', dev_eui: '70B3D50000000001', application_ids: { application_id: application } },
    uplink_message: {
      ...{ session_key_id: 'AX', f_cnt: seq, f_port: more.port ?? 1, frm_payload: Buffer.of(byte).toString('base64') },
      ...(more.model === undefined ? {} : { version_ids: { brand_id: more.brand ?? 'acme', model_id: more.model } }),
    },
  }),
})

let requests = 0
export function publish(
  text: string | null,
  assigned: CodecAssignment = { to: 'application', application },
  id = 'acme',
): Body {
  const codec = text === null ? null : { ...scriptOf(text), assigned, mapping: null }
  const entry = (at: Instant): DeskEntry => ({
    ...{ author: 'Zoë', reason: 'why', at },
    change: { is: 'codec', request: `r${++requests}`, id, codec },
  })
  return { body: '', record: { kind: 4, bytes: (at) => encodeDeskEntry(entry(at)) } }
}

export const decoderBookOf = (runner: ScriptRunner) =>
  createDecoderBook({
    store: { decoderChoices: async () => [] },
    codecs: { http: 'lorawan' },
    decoders: {},
    runner,
  })
/** As one message each, as network servers send them. */
export const asUplinks = (bodies: readonly Body[]): readonly Body[] =>
  bodies.map((body) => ({ framing: 'whole', ...body }))
