/** `report`: a report of the running server, written to a file or to standard output. */
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReportComparison, ReportFormat, ReportKind } from '@baykeeper/contract/reports.ts'
import type { BayType } from '@baykeeper/contract/vocabulary.ts'
import { type ApiOptions, failureOf, openApi } from './api-target.ts'
import { CommandFailed, exitCodes, print, type Spoken, writeOutput } from './output.ts'

export interface ReportOptions extends Omit<ApiOptions, 'to'>, Spoken {
  /** Base URL of web and API; `to` is the end of the period here. */
  readonly server?: string
  readonly from?: string
  readonly to?: string
  readonly site?: string
  readonly level?: string
  readonly zone?: string
  readonly type?: BayType
  readonly compare?: ReportComparison
  readonly compareFrom?: string
  readonly compareTo?: string
  readonly timeZone?: string
  readonly format?: ReportFormat
  readonly table?: string
  readonly locale?: 'en' | 'de'
  readonly output?: string
}

export async function report(kind: ReportKind, options: ReportOptions): Promise<number> {
  const { server, from, to } = options
  if (from === undefined || to === undefined)
    throw new CommandFailed(exitCodes.usage, 'give --from DAY and --to DAY, the day after the last one')
  await using target = await openApi({ ...options, to: server, toOption: '--server' })
  const { site, level, zone, type, compare, format = formatOf(options.output), table, locale } = options
  const further = { compare_from: options.compareFrom, compare_to: options.compareTo, time_zone: options.timeZone }
  const query = { from, to, site, level, zone, type, compare, format, table, locale, ...further }
  try {
    const answer = await target.client.answer('GET /api/v1/reports/{kind}', { params: { kind }, query })
    if (!answer.ok || !answer.body) throw new CommandFailed(exitCodes.failed, await reasonOf(answer))
    if (options.output === undefined) {
      for await (const chunk of answer.body) writeOutput(chunk)
      return exitCodes.ok
    }
    const bytes = await saved(answer.body, options.output)
    print(options, { file: options.output, bytes }, () => [`${options.output}: ${bytes} bytes`])
    return exitCodes.ok
  } catch (fault) {
    throw failureOf(fault, target.web)
  }
}

/** A file that was cut short never has the name that was asked for. */
async function saved(body: NonNullable<Response['body']>, file: string): Promise<number> {
  const part = `${file}.part`
  try {
    const to = createWriteStream(part)
    await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), to)
    await rename(part, file)
    return to.bytesWritten
  } catch (cause) {
    await rm(part, { force: true })
    const reason = (cause as Error).message
    throw new CommandFailed(
      exitCodes.failed,
      `${file} was not written (${reason}): ask again, or write to another place`,
      { cause },
    )
  }
}

const formatOf = (file = ''): ReportFormat => (/\.csv$/i.test(file) ? 'csv' : /\.xlsx$/i.test(file) ? 'xlsx' : 'json')

async function reasonOf(answer: Response): Promise<string> {
  const { detail } = (await answer.json().catch(() => ({}))) as { detail?: string }
  return detail ?? `the server answers ${answer.status}`
}
