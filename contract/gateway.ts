/** What carries the frames of several devices: a radio gateway, a serial port, a connection. */
import * as z from 'zod'
import { pageOf } from './page.ts'
import { gatewayStates } from './vocabulary.ts'

const name = z.string().nullable().describe('as its frames name it; null: the source itself, whose frames name none')

export const gatewaySchema = z
  .object({
    source: z.string(),
    gateway: name,
    state: z.enum(gatewayStates),
    since: z.string().nullable().describe('ISO 8601: offline since then; null while it is online'),
    heard: z.string().describe('ISO 8601: arrival of its newest message'),
    devices: z.number().describe('devices that no other gateway carries: their bays are unknown while it is offline'),
  })
  .meta({
    examples: [
      {
        source: 'lorawan',
        gateway: '0016c001f1500812',
        state: 'offline',
        since: '2026-11-23T07:59:00.000Z',
        heard: '2026-11-23T07:57:12.000Z',
        devices: 58,
      },
    ],
  })

export type Gateway = z.infer<typeof gatewaySchema>

export const gatewayListSchema = pageOf(gatewaySchema)

/** The outage that makes a bay unknown. */
export const bayGatewaySchema = z.object({ source: z.string(), gateway: name, since: z.string() })
