/** Devices and their readings. */
import * as z from 'zod'
import { devicePatchSchema, deviceSchema, deviceTotalsSchema, storedReadingSchema } from '../device.ts'
import { gatewayListSchema } from '../gateway.ts'
import { decoderChoiceSchema, decoderChosenSchema, inboxSchema } from '../inbox.ts'
import { pageOf } from '../page.ts'
import { cursorField, flagField, idParams, limitField, nameField, route, timeField } from '../route.ts'
import { layoutPublished } from '../stored-layout.ts'
import { deviceSorts, deviceTroubles } from '../vocabulary.ts'

const pageItemsMax = 1_000
const pageItemsUsual = 100

export const deviceRoutes = {
  devices: route({
    method: 'GET',
    path: '/api/v1/devices',
    access: 'read',
    tag: 'Devices',
    summary: 'All known devices',
    description:
      'Ordered by id, then source, unless `sort` names another order. A device is created by its first reading; unassigned=true is the inbox.',
    query: z.strictObject({
      cursor: cursorField,
      limit: limitField(pageItemsMax, pageItemsUsual),
      source: nameField,
      unassigned: flagField
        .optional()
        .describe('only devices that watch no bay and belong to no gate (true), or only the others'),
      find: nameField.describe('part of the id in any spelling of a hardware id, of its bay, model or source'),
      trouble: z.enum(deviceTroubles).optional().describe('only devices with this trouble'),
      sort: z.enum(deviceSorts).default('id').describe('devices without a battery level or a bay come last'),
    }),
    problems: [503],
    answers: [{ status: 200, description: 'A page of devices', schema: ['DevicePage', pageOf(deviceSchema)] }],
  }),
  deviceTotals: route({
    method: 'GET',
    path: '/api/v1/device-totals',
    access: 'read',
    tag: 'Devices',
    summary: 'How many devices there are, and how many need a person',
    problems: [503],
    answers: [{ status: 200, description: 'Counts of this moment', schema: ['DeviceTotals', deviceTotalsSchema] }],
  }),
  changeDevice: route({
    method: 'PATCH',
    path: '/api/v1/devices/{id}',
    access: 'operate',
    tag: 'Devices',
    summary: 'Change what is known of a device beyond its readings',
    description:
      'Model, heartbeat and notes are part of the layout, so this makes a new version of it. Fields that are left out stay as they are; null takes one away.',
    params: idParams,
    body: devicePatchSchema,
    bodyName: 'DevicePatch',
    problems: [404, 409, 503],
    answers: layoutPublished,
  }),
  inbox: route({
    method: 'GET',
    path: '/api/v1/inbox',
    access: 'read',
    tag: 'Devices',
    summary: 'Senders whose messages no decoder reads yet, with the decoders that could',
    description:
      'Of the newest 500 messages that wait as `unknown-payload`, by sender. A decoder is a candidate when it accepts at least one of the messages; nothing of it is applied before a person chooses it.',
    problems: [503],
    answers: [{ status: 200, description: 'Senders, the newest first', schema: ['Inbox', inboxSchema] }],
  }),
  chooseDecoder: route({
    method: 'POST',
    path: '/api/v1/inbox/decoder',
    access: 'devices',
    journals: false,
    tag: 'Devices',
    summary: 'Choose which decoder reads the messages of a sender',
    description:
      'It holds for every later message of the sender. What waits as `unknown-payload` from its source is decoded again, so nothing that it sent before is lost.',
    body: decoderChoiceSchema,
    bodyName: 'DecoderChoice',
    problems: [404, 503],
    answers: [{ status: 200, description: 'Chosen', schema: ['DecoderChosen', decoderChosenSchema] }],
  }),
  device: route({
    method: 'GET',
    path: '/api/v1/devices/{id}',
    access: 'read',
    tag: 'Devices',
    summary: 'One device',
    description: 'When several sources know the id, the latest measured answers unless `source` names one.',
    params: idParams,
    query: z.strictObject({ source: nameField }),
    problems: [404, 503],
    answers: [{ status: 200, description: 'The device', schema: ['Device', deviceSchema] }],
  }),
  deviceReadings: route({
    method: 'GET',
    path: '/api/v1/devices/{id}/readings',
    access: 'read',
    tag: 'Devices',
    summary: 'Readings of one device',
    description: 'Ordered by epoch and sequence number. Every stored reading is here once.',
    params: idParams,
    query: z.strictObject({
      from: timeField().describe('inclusive, by reading time'),
      to: timeField().describe('exclusive'),
      cursor: cursorField,
      limit: limitField(pageItemsMax, pageItemsUsual),
      source: nameField,
    }),
    problems: [404, 503],
    answers: [{ status: 200, description: 'A page of readings', schema: ['ReadingPage', pageOf(storedReadingSchema)] }],
  }),
  gateways: route({
    method: 'GET',
    path: '/api/v1/gateways',
    access: 'read',
    tag: 'Devices',
    summary: 'Gateways, and which of them are offline',
    description:
      'Those that carry three devices or more which no other gateway carries. Frames name their gateway by the envelope of their network server, by the field `gateway`, or by the address of their connection; where they name none the source is the gateway. One is offline when it has carried nothing for a minute, in which three of its devices missed a heartbeat, and six heartbeats were missed together.',
    problems: [503],
    answers: [{ status: 200, description: 'All of them', schema: ['GatewayList', gatewayListSchema] }],
  }),
  rawFrame: route({
    method: 'GET',
    path: '/api/v1/readings/{id}/raw',
    access: 'operate',
    tag: 'Devices',
    summary: 'The frame a reading was made of, byte for byte',
    description:
      'Copied out of the journal a second after the reading is stored, and kept for `rawDays` days; 404 where that is 0. Several readings of one frame have the same.',
    params: z.strictObject({
      id: z
        .string()
        .regex(/^\d{1,15}\.\d{1,9}$/, 'must be the id of a reading, such as 184.0')
        .describe('`id` of a stored reading'),
    }),
    problems: [404, 503],
    answers: [
      {
        status: 200,
        type: 'application/octet-stream',
        description: 'The bytes as they arrived, without line end or the brackets of an array.',
        headers: { 'x-source': 'name of the source', 'x-arrived': 'ISO 8601, UTC' },
      },
    ],
  }),
}
