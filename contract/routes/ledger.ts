/** The proof and its leftovers: ledger, dead letters and sources. */
import * as z from 'zod'
import { acceptedTerms, receivedTerms } from '../balance.ts'
import {
  deadLetterSchema,
  ledgerReportSchema,
  requeuedSchema,
  requeueSchema,
  sourceSchema,
  wholeDeadLetterSchema,
} from '../ledger.ts'
import { discardedSchema, discardSchema, lossReportSchema, sensorDaySchema } from '../losses.ts'
import { pageOf } from '../page.ts'
import { cursorField, dayField, limitField, nameField, route } from '../route.ts'
import { deadLetterCodeSchema } from '../status.ts'
import { lossCauses } from '../vocabulary.ts'

/** Dead letters carry their bytes, so pages of them are short. */
const deadLettersMax = 100
const deadLettersUsual = 20
const pageItemsMax = 1_000
const pageItemsUsual = 100

export const ledgerRoutes = {
  ledger: route({
    method: 'GET',
    path: '/api/v1/ledger',
    access: 'read',
    tag: 'Ledger',
    summary: 'Message balance by source and day',
    description: `received = ${receivedTerms.join(' + ')}; accepted = ${acceptedTerms.join(' + ')}. \`difference\` is 0 when both hold.`,
    problems: [503],
    answers: [
      { status: 200, description: 'Totals, and rows by source and day', schema: ['LedgerReport', ledgerReportSchema] },
    ],
  }),
  deadLetters: route({
    method: 'GET',
    path: '/api/v1/dead-letters',
    access: 'read',
    tag: 'Ledger',
    summary: 'Frames that could not be used, with their bytes',
    query: z.strictObject({
      cursor: cursorField,
      limit: limitField(deadLettersMax, deadLettersUsual),
      source: nameField,
      code: nameField,
    }),
    problems: [503],
    answers: [
      { status: 200, description: 'A page of dead letters', schema: ['DeadLetterPage', pageOf(deadLetterSchema)] },
    ],
  }),
  deadLetterCodes: route({
    method: 'GET',
    path: '/api/v1/dead-letters/codes',
    access: 'read',
    tag: 'Ledger',
    summary: 'How many dead letters there are of each reason, most first',
    problems: [503],
    answers: [
      { status: 200, description: 'All reasons', schema: ['DeadLetterCodePage', pageOf(deadLetterCodeSchema)] },
    ],
  }),
  requeue: route({
    method: 'POST',
    path: '/api/v1/dead-letters/requeue',
    access: 'devices',
    journals: false,
    tag: 'Ledger',
    summary: 'Decode dead letters again',
    description: 'By id, by code and source, or all. Answers how many were marked; doing it twice does no harm.',
    body: requeueSchema,
    bodyName: 'Requeue',
    problems: [503],
    answers: [{ status: 200, description: 'Marked', schema: ['Requeued', requeuedSchema] }],
  }),
  sources: route({
    method: 'GET',
    path: '/api/v1/sources',
    access: 'read',
    tag: 'Ledger',
    summary: 'Status of the sources',
    answers: [{ status: 200, description: 'All sources', schema: ['SourcePage', pageOf(sourceSchema)] }],
  }),
}

const sensorQuery = {
  source: nameField,
  device: nameField.describe('the sensor'),
  from: dayField().describe('first UTC day, or a time of it'),
  to: dayField().describe('last UTC day, inclusive'),
  cursor: cursorField,
  limit: limitField(pageItemsMax, pageItemsUsual),
}

export const lossRoutes = {
  losses: route({
    method: 'GET',
    path: '/api/v1/ledger/losses',
    access: 'read',
    tag: 'Ledger',
    summary: 'Data loss with its causes',
    description:
      'Newest day first. `totals` sums everything the filter matches, by cause; a cause without a loss is left out, and a loss of unknown size counts as uncounted, never as 0.',
    query: z.strictObject({ ...sensorQuery, cause: z.enum(lossCauses).optional() }),
    problems: [503],
    answers: [{ status: 200, description: 'A page of losses', schema: ['LossReport', lossReportSchema] }],
  }),
  sensorDays: route({
    method: 'GET',
    path: '/api/v1/ledger/sensors',
    access: 'read',
    tag: 'Ledger',
    summary: 'Outcome of the frames of each sensor, by day',
    description:
      'Newest day first. A frame counts once for each sensor it speaks of; frames that could not be decoded count for none.',
    query: z.strictObject(sensorQuery),
    problems: [503],
    answers: [
      { status: 200, description: 'A page of sensor days', schema: ['SensorDayPage', pageOf(sensorDaySchema)] },
    ],
  }),
  deadLetter: route({
    method: 'GET',
    path: '/api/v1/dead-letters/{id}',
    access: 'read',
    tag: 'Ledger',
    summary: 'One dead letter with all its bytes',
    params: z.strictObject({ id: z.string().regex(/^\d{1,16}\.\d{1,16}$/, 'must be pos.idx, as in the list') }),
    problems: [404, 410, 503],
    answers: [{ status: 200, description: 'The dead letter', schema: ['WholeDeadLetter', wholeDeadLetterSchema] }],
  }),
  discard: route({
    method: 'POST',
    path: '/api/v1/dead-letters/discard',
    access: 'devices',
    journals: false,
    tag: 'Ledger',
    summary: 'Discard a dead letter',
    description:
      'Its bytes go; who gave them up, when, why and their hash stay, and the ledger goes on counting it as quarantined. Doing it twice does no harm: the answer is 0 then.',
    body: discardSchema,
    bodyName: 'Discard',
    problems: [409, 503],
    answers: [{ status: 200, description: 'How many were given up', schema: ['Discarded', discardedSchema] }],
  }),
}
