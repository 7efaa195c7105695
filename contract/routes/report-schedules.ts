/** Reports that are sent by e-mail again and again. */
import * as z from 'zod'
import { pageOf } from '../page.ts'
import {
  askedReportSchema,
  newScheduleSchema,
  scheduleAcceptedSchema,
  scheduleId,
  scheduleSchema,
} from '../report-schedule.ts'
import { route } from '../route.ts'
import { shownText } from '../shown-text.ts'

const params = z.strictObject({ id: scheduleId })
const tag = 'Reports'
const schedule = { status: 200, description: 'The schedule', schema: ['ReportSchedule', scheduleSchema] } as const
const accepted = {
  status: 202,
  description: 'Safe in the journal, not in effect in the database yet',
  schema: ['ScheduleAccepted', scheduleAcceptedSchema],
} as const

export const reportScheduleRoutes = {
  reportSchedules: route({
    method: 'GET',
    path: '/api/v1/report-schedules',
    access: 'read',
    tag,
    summary: 'Reports that are sent by e-mail, when each is due next, and what became of the newest',
    answers: [{ status: 200, description: 'All schedules', schema: ['ReportSchedulePage', pageOf(scheduleSchema)] }],
  }),
  reportSchedule: route({
    method: 'GET',
    path: '/api/v1/report-schedules/{id}',
    access: 'read',
    tag,
    summary: 'One schedule',
    params,
    problems: [404],
    answers: [schedule],
  }),
  putReportSchedule: route({
    method: 'PUT',
    path: '/api/v1/report-schedules/{id}',
    access: 'plan',
    tag,
    summary: 'Send a report by e-mail at certain times, or change that',
    description:
      'It is a record of the journal. It names a channel of the configuration, which has the addresses. At most 200 schedules. Where processing has not committed it within 5 s the answer is 202.',
    params,
    body: newScheduleSchema,
    bodyName: 'NewReportSchedule',
    problems: [404, 409, 503],
    answers: [schedule, accepted],
  }),
  deleteReportSchedule: route({
    method: 'DELETE',
    path: '/api/v1/report-schedules/{id}',
    access: 'plan',
    tag,
    summary: 'Send a report no more',
    description: 'One that waits to be sent is not sent.',
    params,
    query: z.strictObject({ reason: shownText(500).optional() }),
    problems: [404, 503],
    answers: [{ status: 200, description: 'Removed', schema: ['ScheduleAccepted', scheduleAcceptedSchema] }, accepted],
  }),
  sendReport: route({
    method: 'POST',
    path: '/api/v1/report-schedules/{id}/send',
    journals: false,
    access: 'plan',
    tag,
    summary: 'Send the report now, beside its due times',
    description:
      'Of the days before today. It goes the way of those that are due; the schedule and the notifications show what becomes of it. A second one is refused until the first has been sent or given up.',
    params,
    problems: [404, 409, 503],
    answers: [{ status: 202, description: 'It will be sent', schema: ['AskedReport', askedReportSchema] }],
  }),
}
