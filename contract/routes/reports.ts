/** Reports: their kinds, and each as JSON, CSV or XLSX. */
import * as z from 'zod'
import { reportComparisons, reportFormats, reportKindNames } from '../reports.ts'
import { nameField, route } from '../route.ts'
import { bayTypes } from '../vocabulary.ts'

const localDay = z.iso.date({ error: 'must be a day such as 2026-11-23' })

const columnSchema = z.object({
  name: z.string(),
  type: z.enum(['text', 'whole', 'number', 'share', 'date', 'instant', 'flag']),
  about: z.string(),
})
const kindsSchema = z
  .object({
    items: z.array(
      z.object({
        kind: z.enum(reportKindNames),
        about: z.string(),
        is_list: z.boolean().describe('rows are sent while they are read; compare has no effect'),
        tables: z.array(z.object({ name: z.string(), about: z.string(), columns: z.array(columnSchema) })),
      }),
    ),
    next: z.null().describe('they are answered whole'),
  })
  .meta({
    examples: [
      {
        next: null,
        items: [
          {
            kind: 'dwell',
            about: 'How long vehicles stay.',
            is_list: false,
            tables: [
              {
                name: 'lengths',
                about: 'How many stays were how long.',
                columns: [{ name: 'from_min', type: 'whole', about: 'shortest length, minutes' }],
              },
            ],
          },
        ],
      },
    ],
  })

const cell = z.union([z.string(), z.number(), z.boolean()]).nullable()
const periodSchema = z.object({
  from: z.string().describe('first local day'),
  to: z.string().describe('local day after the last one'),
  begin: z.string().describe('ISO 8601 with offset'),
  end: z.string().describe('ISO 8601 with offset; not after `made`'),
  coverage: z.number().nullable().describe('share of bays x time whose state was known'),
})
const reportSchema = z
  .object({
    report: z.object({
      kind: z.enum(reportKindNames),
      place: z.string().describe('for people'),
      site: z.string().nullable(),
      level: z.string().nullable(),
      zone: z.string().nullable(),
      type: z.enum(bayTypes).nullable(),
      bays: z.int().describe('bays of the place in the current layout'),
      time_zone: z.string(),
      made: z.string().describe('ISO 8601 with offset'),
      period: periodSchema,
      compared_with: periodSchema.nullable(),
      notes: z.array(z.string()).describe('what limits these figures, one sentence each'),
    }),
    tables: z.array(z.object({ name: z.string(), rows: z.array(z.record(z.string(), cell)) })),
  })
  .meta({
    examples: [
      {
        report: {
          ...{ kind: 'dwell', place: 'North Garage', site: 'north', level: null, zone: null, type: null, bays: 560 },
          ...{ time_zone: 'Europe/Berlin', made: '2026-11-23T09:00:00.000+01:00' },
          period: {
            ...{ from: '2026-11-16', to: '2026-11-23', begin: '2026-11-16T00:00:00.000+01:00' },
            ...{ end: '2026-11-23T00:00:00.000+01:00', coverage: 0.978 },
          },
          compared_with: null,
          notes: ['12 stays went on when the period ended: they count in the period in which they end.'],
        },
        tables: [
          {
            name: 'lengths',
            rows: [{ from_min: 0, to_min: 5, stays: 31, share: 0.031, uncertain_stays: 2, share_before: null }],
          },
        ],
      },
    ],
  })
export type ReportAnswer = z.infer<typeof reportSchema>

export const reportRoutes = {
  reportKinds: route({
    method: 'GET',
    path: '/api/v1/reports',
    access: 'read',
    sites: 'none',
    tag: 'Reports',
    summary: 'Kinds of reports with their tables and columns',
    answers: [{ status: 200, description: 'Kinds', schema: ['ReportKinds', kindsSchema] }],
  }),
  report: route({
    method: 'GET',
    path: '/api/v1/reports/{kind}',
    access: 'read',
    sites: 'query',
    tag: 'Reports',
    summary: 'A report of a place and period',
    description:
      'Days are local days of the site. Unknown counts neither as free nor as occupied: coverage stands beside every figure, and a cell of which nothing is known is empty. CSV (`format=csv` or `Accept: text/csv`) holds one table, XLSX (`format=xlsx`) all of them. Lists are sent while they are read: an answer that was cut short has failed.',
    params: z.strictObject({ kind: z.enum(reportKindNames) }),
    query: z.strictObject({
      site: nameField.describe('default: all sites'),
      level: nameField.describe('of the site'),
      zone: nameField.describe('of the level'),
      type: z.enum(bayTypes).optional().describe('bays of this type; of a site or of all sites'),
      from: localDay.describe('first local day'),
      to: localDay.describe('local day after the last one'),
      compare: z
        .enum(reportComparisons)
        .default('none')
        .describe('previous: directly before; year: a year earlier; other: compare_from and compare_to'),
      compare_from: localDay.optional(),
      compare_to: localDay.optional(),
      time_zone: nameField.describe('needed where the sites have several; default: that of the site'),
      format: z.enum(reportFormats).optional().describe('default: by Accept, else json'),
      table: nameField.describe('of CSV; default: the first one of the kind'),
      locale: z.enum(['en', 'de']).optional().describe('of CSV, for Excel: de gives ; and decimal commas'),
      sep: z.enum([',', ';', 'tab']).optional().describe('of CSV; default by locale'),
      decimal: z.enum(['.', ',']).optional().describe('of CSV; default by locale'),
    }),
    problems: [404, 503],
    head: false,
    answers: [
      {
        status: 200,
        description:
          'The report; text/csv and application/vnd.openxmlformats-officedocument.spreadsheetml.sheet on request',
        schema: ['Report', reportSchema],
        headers: {
          etag: 'changes with the content; lists have none',
          'content-disposition': 'a file name, for CSV and XLSX',
        },
      },
      { status: 200, description: 'One table of it', type: 'text/csv' },
      {
        status: 200,
        description: 'All of it as a workbook',
        type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      },
      { status: 304, description: 'If-None-Match holds the ETag of what would be answered' },
    ],
  }),
}
