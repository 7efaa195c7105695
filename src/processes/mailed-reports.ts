/** Reports for the notifier: schedules from the store, files from the threads that make reports. */
import {
  mailedFormats,
  type ReportComparison,
  type ReportFormat,
  type ReportKind,
  reportComparisons,
  reportKindNames,
} from '@baykeeper/contract/reports.ts'
import type { ReportSchedule } from '../domain/report-schedule.ts'
import { instant } from '../lib/brand.ts'
import { commaDecimalCsv, plainCsv } from '../lib/csv-text.ts'
import { type MadeReport, type MakeOptions, ReportImpossible, type ReportSource } from '../notify/report-source.ts'
import type { ReportPort } from '../reports/report-port.ts'
import { type RelativeRequest, ReportRefused } from '../reports/request.ts'
import type { Store } from '../store/store.ts'

interface Deps {
  readonly store: Pick<Store, 'reportSchedules'>
  readonly reports: ReportPort
  readonly keptDays: RelativeRequest['keptDays']
  readonly now: () => number
}

export const mailedReportSource = (deps: Deps): ReportSource => ({
  schedules: () => deps.store.reportSchedules(),
  make: (schedule, options) => make(deps, schedule, options),
})

async function make({ reports, keptDays, now }: Deps, schedule: ReportSchedule, options: MakeOptions) {
  const request: RelativeRequest = {
    ...{ kind: memberOf(reportKindNames, schedule.kind), format: memberOf(mailedFormats, schedule.format) },
    ...{ compare: memberOf(reportComparisons, schedule.compare), now: instant(now()), keptDays },
    ...{ site: schedule.site ?? undefined, level: schedule.level ?? undefined, zone: schedule.zone ?? undefined },
    ...{ type: schedule.type ?? undefined, table: schedule.table ?? undefined },
    // Days of a site are its own; sites may have several time zones.
    timeZone: schedule.site === null ? schedule.timeZone : undefined,
    csv: options.locale === 'de' ? commaDecimalCsv : plainCsv,
    before: { period: schedule.period, at: instant(options.due) },
  }
  try {
    const { head, chunks } = await reports.answer(request)
    const file = await collected(chunks, options.bytesMax)
    const { place, from, to, timeZone, coverage, notes } = head.about
    const made: MadeReport = {
      place,
      from,
      to,
      timeZone,
      coverage,
      notes,
      file,
      fileName: head.fileName,
      type: head.type,
    }
    return made
  } catch (fault) {
    // What is missing in the layout may be published yet.
    if (fault instanceof ReportRefused && fault.is === 'invalid')
      throw new ReportImpossible(`The report cannot be made: ${fault.message}.`, { cause: fault })
    throw fault
  }
}

/** Of a record of a later release. */
function memberOf<T extends ReportKind | ReportFormat | ReportComparison>(list: readonly T[], value: string): T {
  const found = list.find((one) => one === value)
  if (found === undefined) throw new ReportImpossible(`This release has no ${value} of reports: upgrade Baykeeper.`)
  return found
}

/** Undefined: it is larger. What is not read any more is ended. */
async function collected(chunks: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.byteLength
    if (bytes > bytesMax) return undefined
    parts.push(chunk)
  }
  return Buffer.concat(parts)
}
