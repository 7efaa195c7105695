/** Notifications of alerts: what was sent, and how the channels are. */
import * as z from 'zod'
import {
  channelHealthListSchema,
  channelName,
  deliverySchema,
  deliveryStates,
  retriedDeliverySchema,
  testOutcomeSchema,
} from '../notifications.ts'
import { pageOf } from '../page.ts'
import { cursorField, limitField, nameField, route } from '../route.ts'

const deliveryParams = z.strictObject({
  id: z.coerce.number<number | string>().int().min(1).max(Number.MAX_SAFE_INTEGER),
})

export const notificationRoutes = {
  notifications: route({
    method: 'GET',
    path: '/api/v1/notifications',
    access: 'read',
    tag: 'Notifications',
    summary: 'Deliveries of events to channels, newest first',
    description: 'Finished ones are kept for 30 days, at most 100,000. Addresses of people are not part of it.',
    query: z.strictObject({
      state: z.enum(deliveryStates).optional(),
      channel: channelName.optional(),
      alert: nameField.describe('id of the alert'),
      cursor: cursorField,
      limit: limitField(200, 50),
    }),
    problems: [503],
    answers: [{ status: 200, description: 'A page', schema: ['DeliveryPage', pageOf(deliverySchema)] }],
  }),
  notificationChannels: route({
    method: 'GET',
    path: '/api/v1/notification-channels',
    access: 'read',
    tag: 'Notifications',
    summary: 'Channels with their health',
    answers: [{ status: 200, description: 'All channels', schema: ['ChannelHealthList', channelHealthListSchema] }],
  }),
  testNotificationChannel: route({
    method: 'POST',
    path: '/api/v1/notification-channels/{name}/test',
    journals: false,
    access: 'operate',
    tag: 'Notifications',
    summary: 'Send a test message and answer with its outcome',
    description:
      'A failed attempt is an answer too: `sent` is false then. It is not tried again. One test of a channel at a time.',
    params: z.strictObject({ name: channelName }),
    problems: [404, 409, 503],
    answers: [{ status: 200, description: 'The outcome', schema: ['TestOutcome', testOutcomeSchema] }],
  }),
  retryNotification: route({
    method: 'POST',
    path: '/api/v1/notifications/{id}/retry',
    journals: false,
    access: 'operate',
    tag: 'Notifications',
    summary: 'Send a dead delivery again, under its key',
    description: 'What was one message is sent as one again.',
    params: deliveryParams,
    problems: [404, 503],
    answers: [{ status: 200, description: 'It is pending again', schema: ['RetriedDelivery', retriedDeliverySchema] }],
  }),
}
