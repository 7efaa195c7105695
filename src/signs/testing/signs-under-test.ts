/** Signs whose rows a test sets, without a store. */
import type { SignRow } from '../../domain/folds/sign-rows.ts'
import { newSignRow } from '../../domain/folds/sign-slot.ts'
import { signDefaults } from '../../domain/sign.ts'
import { type ShownSign, type SignAges, shownSign } from '../../domain/sign-shown.ts'
import { instant } from '../../lib/brand.ts'
import type { SignPort } from '../sign-port.ts'

export interface SignsUnderTest extends SignPort {
  set(id: string, row: Partial<SignRow>): void
  remove(id: string): void
  /** False: as before the first read. */
  load(isLoaded: boolean): void
  readonly ages: { processing: number | undefined; reading: number | undefined }
}

export function signsUnderTest(): SignsUnderTest {
  const rows = new Map<string, SignRow>()
  const ages: { -readonly [K in keyof SignAges]: SignAges[K] } = { processing: 0, reading: 0 }
  let isLoaded = true
  const shown = (row: SignRow): ShownSign | undefined => shownSign(row, { ...ages }, Date.now())
  return {
    ages,
    set(id, row) {
      const sign = { id, name: id, ...signDefaults, places: [{ site: 'S', level: null, zone: null }] }
      rows.set(id, { ...newSignRow(id, instant(Date.now())), sign, ...rows.get(id), ...row })
    },
    load(is) {
      isLoaded = is
    },
    isLoaded: () => isLoaded,
    remove: (id) => void rows.delete(id),
    all: () => [...rows.values()].flatMap((row) => shown(row) ?? []),
    find(id) {
      const row = rows.get(id)
      return row && shown(row)
    },
    processingAge: () => ages.processing,
  }
}

export const numberShown = (value: number): Partial<SignRow> => ({
  ...{ show: 'number', value, reason: 'counted', capacity: 40, known: 38, free: value },
})
