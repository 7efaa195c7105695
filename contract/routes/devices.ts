/** Devices and their readings. */
import * as z from 'zod'
import { deviceSchema, storedReadingSchema } from '../device.ts'
import { pageOf } from '../page.ts'
import { cursorField, flagField, idParams, limitField, nameField, route, timeField } from '../route.ts'

const pageItemsMax = 1_000
const pageItemsUsual = 100

export const deviceRoutes = {
  devices: route({
    method: 'GET',
    path: '/api/v1/devices',
    access: 'read',
    tag: 'Devices',
    summary: 'Devices ever heard',
    description: 'Ordered by id, then source. A device is created by its first reading; unassigned=true is the inbox.',
    query: z.strictObject({
      cursor: cursorField,
      limit: limitField(pageItemsMax, pageItemsUsual),
      source: nameField,
      unassigned: flagField.optional().describe('only devices that watch no bay (true), or only those that do'),
    }),
    problems: [503],
    answers: [{ status: 200, description: 'A page of devices', schema: ['DevicePage', pageOf(deviceSchema)] }],
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
