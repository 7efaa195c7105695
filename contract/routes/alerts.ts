/** Alerts, what people do with them, and how much they ask of people. */
import * as z from 'zod'
import {
  alertAcceptedSchema,
  alertActionResultSchema,
  alertActionSchema,
  alertDetailSchema,
  alertLoadSchema,
  alertSchema,
  newAlertSchema,
} from '../alerts.ts'
import { pageOf } from '../page.ts'
import { cursorField, idParams, limitField, nameField, route, timeField } from '../route.ts'
import { alertGroupNames, alertSeverities } from '../vocabulary.ts'

export const alertSorts = ['raised', '-raised', 'severity'] as const

export const alertRoutes = {
  alerts: route({
    method: 'GET',
    path: '/api/v1/alerts',
    access: 'read',
    sites: 'query',
    tag: 'Alerts',
    summary: 'Alerts by state, most severe first or by time',
    query: z.strictObject({
      group: z
        .enum([...alertGroupNames, 'open', 'all'])
        .default('needs-action')
        .describe('open: all that are not closed'),
      severity: z.enum(alertSeverities).optional(),
      rule: nameField,
      site: nameField,
      subject: nameField.describe(
        'id of a bay, gateway, source or zone; of a device its source, a space and its own id, as `gw K-300`',
      ),
      owner: nameField,
      root: nameField.describe('those that this alert explains'),
      q: nameField.describe(
        'words that must all be found in title, text, id of what it is about, site, level or owner; upper and lower case are alike',
      ),
      from: timeField().describe('raised at or after it'),
      to: timeField().describe('raised before it'),
      at: timeField().describe(
        'open at that moment: raised by then and not closed yet. Group `all` has those that are closed by now too; each is shown as it is now',
      ),
      sort: z.enum(alertSorts).default('severity').describe('severity: the most severe first, then the newest'),
      cursor: cursorField,
      limit: limitField(500, 100),
    }),
    answers: [{ status: 200, description: 'A page', schema: ['AlertPage', pageOf(alertSchema)] }],
  }),
  alertLoad: route({
    method: 'GET',
    path: '/api/v1/alerts/load',
    access: 'read',
    tag: 'Alerts',
    summary: 'How much alerts ask of people (EEMUA 191)',
    answers: [{ status: 200, description: 'The measures', schema: ['AlertLoad', alertLoadSchema] }],
  }),
  alert: route({
    method: 'GET',
    path: '/api/v1/alerts/{id}',
    access: 'read',
    sites: 'alert',
    tag: 'Alerts',
    summary: 'One alert with its events, what to do next and the alerts that it explains',
    params: idParams,
    query: z.strictObject({ cursor: cursorField.describe('of its children'), limit: limitField(500, 50) }),
    problems: [404],
    answers: [{ status: 200, description: 'The alert', schema: ['AlertDetail', alertDetailSchema] }],
  }),
  actOnAlerts: route({
    method: 'POST',
    path: '/api/v1/alerts/actions',
    access: 'operate',
    sites: 'alerts',
    tag: 'Alerts',
    summary: 'Acknowledge, assign, shelve or comment on alerts',
    description:
      'It is a record of the journal, and each alert has its own result. An alert whose condition holds is never closed by hand: where no alert can be resolved for that reason the answer is 409. Where processing has not committed the action within 5 s the answer is 202: it is safe and takes effect at its place.',
    body: alertActionSchema,
    bodyName: 'NewAlertAction',
    problems: [404, 409, 503],
    answers: [
      { status: 200, description: 'In effect', schema: ['AlertActionResult', alertActionResultSchema] },
      {
        status: 202,
        description: 'Safe in the journal, not in effect in the database yet',
        schema: ['AlertAccepted', alertAcceptedSchema],
      },
    ],
  }),
  makeAlert: route({
    method: 'POST',
    path: '/api/v1/alerts',
    access: 'operate',
    sites: 'body',
    tag: 'Alerts',
    summary: 'Raise an alert by hand',
    description: 'It has no clearing condition: it stays until a person resolves it.',
    body: newAlertSchema,
    bodyName: 'NewAlert',
    problems: [404, 409, 503],
    answers: [
      { status: 200, description: 'In effect', schema: ['Alert', alertSchema] },
      {
        status: 202,
        description: 'Safe in the journal, not in effect in the database yet',
        schema: ['AlertAccepted', alertAcceptedSchema],
      },
    ],
  }),
}
