/** What of the list of devices is shown, in the address. Pure. */
import { type DeviceSort, type DeviceTrouble, deviceSorts, deviceTroubles } from '@baykeeper/contract/vocabulary.ts'

export interface DeviceListAddress {
  readonly find?: string | undefined
  readonly trouble?: DeviceTrouble | undefined
  readonly sort?: DeviceSort | undefined
}

export function readList(search: string): DeviceListAddress {
  const asked = new URLSearchParams(search)
  const find = asked.get('find')?.slice(0, 128).trim()
  const trouble = deviceTroubles.find((each) => each === asked.get('trouble'))
  const sort = deviceSorts.find((each) => each === asked.get('sort'))
  return { ...(find ? { find } : {}), ...(trouble ? { trouble } : {}), ...(sort ? { sort } : {}) }
}

export function listSearch({ find, trouble, sort }: DeviceListAddress): string {
  const next = new URLSearchParams()
  if (find) next.set('find', find)
  if (trouble) next.set('trouble', trouble)
  if (sort) next.set('sort', sort)
  return next.size > 0 ? `?${next}` : ''
}
