/** The filter of the losses as part of the address, so that a link shows the same. Pure. */
import { type LossCause, lossCauses } from '@baykeeper/contract/vocabulary.ts'

export interface LossFilter {
  readonly source?: string
  readonly cause?: LossCause
  readonly device?: string
  readonly day?: string
}

export function readLossFilter(search: string): LossFilter {
  const asked = new URLSearchParams(search)
  const text = (name: string) => asked.get(name) || undefined
  const [source, device, day] = [text('source'), text('device'), text('day')]
  const cause = lossCauses.find((each) => each === asked.get('cause'))
  return {
    ...(source ? { source } : {}),
    ...(cause ? { cause } : {}),
    ...(device ? { device } : {}),
    ...(day && /^\d{4}-\d{2}-\d{2}$/.test(day) ? { day } : {}),
  }
}

/** Parameters that are no filter, such as `lang`, stay. */
export function withLossFilter(
  search: string,
  filter: { readonly [K in keyof LossFilter]: LossFilter[K] | undefined },
): string {
  const next = new URLSearchParams(search)
  for (const name of ['source', 'cause', 'device', 'day'] as const) {
    const value = filter[name]
    if (value) next.set(name, value)
    else next.delete(name)
  }
  const text = next.toString()
  return text === '' ? '' : `?${text}`
}

/** How the server is asked: a day is the first and the last. */
export function lossQuery({ day, ...rest }: LossFilter, limit: number): string {
  return new URLSearchParams({ ...rest, ...(day ? { from: day, to: day } : {}), limit: String(limit) }).toString()
}
