/** Where senders connect, and what came of their newest messages. */
import * as z from 'zod'
import { rejectionCodes } from './vocabulary.ts'

export const listenerSchema = z
  .object({
    kind: z.string().describe('what it speaks: web, ingest, mqtt, tcp, udp'),
    url: z.string(),
    local: z.boolean().describe('only this machine reaches it'),
  })
  .meta({ examples: [{ kind: 'ingest', url: 'http://127.0.0.1:8081', local: true }] })
export type Listener = z.infer<typeof listenerSchema>

export const messageVerdicts = ['accepted', 'late', 'not-decoded'] as const

export const sourceMessageSchema = z
  .object({
    id: z.string().describe('of the reading, or of the dead letter'),
    arrived: z.string(),
    device: z.string().nullable().describe('null: it could not be read'),
    bay: z.string().nullable().describe('null: the device watches none'),
    verdict: z
      .enum(messageVerdicts)
      .describe('late: measured before a reading that was there already, the history is corrected'),
    occupied: z.boolean().nullable().optional().describe('absent: it reported no presence; null: it does not know'),
    code: z.enum(rejectionCodes).optional().describe('why it was not decoded'),
    detail: z.string().describe('why it was not decoded; empty where it was'),
  })
  .meta({
    examples: [
      {
        ...{ id: '912.0', arrived: '2026-11-23T07:59:59.410Z', device: 'A-017', bay: 'A-017' },
        ...{ verdict: 'accepted' as const, occupied: true, detail: '' },
      },
    ],
  })
export type SourceMessage = z.infer<typeof sourceMessageSchema>
