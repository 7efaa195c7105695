/** What a device measured last, in words: a row for each measure that has no place of its own. Pure. */
import type { Device, StoredReading } from '@baykeeper/contract/device.ts'
import { type MeasureDeclaration, type MeasureName, measures } from '@baykeeper/contract/measures.ts'
import { locales } from '@baykeeper/contract/vocabulary.ts'
import type { Words } from '../i18n/words.ts'

type Measured = Pick<Device & StoredReading, MeasureName>

/** Shown together, in their own row. */
const batteryMeasures: readonly MeasureName[] = ['battery_v', 'battery_pct']

export interface MeasureRow {
  readonly name: MeasureName
  readonly label: string
  readonly text: string
  /** Of the readings, oldest first; empty where it is not charted. */
  readonly course: readonly number[]
}

export function measureRows(words: Words, device: Measured, readings: readonly Measured[]): readonly MeasureRow[] {
  const language = locales.find((locale) => words.locale.startsWith(locale)) ?? 'en'
  const shown: readonly (MeasureDeclaration & { readonly name: MeasureName })[] = measures
  return shown.flatMap(({ name, unit, digits, charted, ...labels }) => {
    const value = device[name]
    if (value === undefined || batteryMeasures.includes(name)) return []
    const course = charted ? readings.flatMap((reading) => reading[name] ?? []) : []
    return [{ name, label: labels[language], text: `${words.number(value, digits)} ${unit}`.trim(), course }]
  })
}
