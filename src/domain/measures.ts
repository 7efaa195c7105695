/** The measures of `contract/measures.ts` as the domain names them: `battery_v` is `batteryV`. */
import { measures as declared, type MeasureDeclaration, type MeasureName } from '@baykeeper/contract/measures.ts'

/** `battery_v` to `batteryV`. */
export type KeyOf<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<KeyOf<Tail>>}`
  : Name
export type MeasureKey = KeyOf<MeasureName>

export interface Measure extends MeasureDeclaration {
  readonly name: MeasureName
  readonly key: MeasureKey
}

const joined = (name: string) => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) as MeasureKey

export const measures: readonly Measure[] = declared.map((one) => ({ ...one, key: joined(one.name) }))
export const measureKeys: readonly MeasureKey[] = measures.map(({ key }) => key)

/** Null is not measured. */
export type MeasureValues = { readonly [K in MeasureKey]: number | null }

/** A value for each measure. */
export const measureValues = (read: (measure: Measure) => number | null): MeasureValues =>
  Object.fromEntries(measures.map((measure) => [measure.key, read(measure)])) as MeasureValues

export const noMeasures: MeasureValues = measureValues(() => null)

export interface Range {
  readonly min: number
  readonly max: number
  readonly whole?: boolean
}

export const isInRange = ({ min, max, whole }: Range, value: number): boolean =>
  value >= min && value <= max && (!whole || Number.isInteger(value))

const byKey = new Map<string, Measure>(measures.map((measure) => [measure.key, measure]))
export const measureOf = (key: MeasureKey): Measure => byKey.get(key) as Measure

/** What others decoded, without the values that the measures cannot have. */
export function withinRange<M extends object>(values: M): M {
  const kept = Object.entries(values).filter(([key, value]) => {
    const measure = byKey.get(key)
    return measure === undefined || isInRange(measure, value)
  })
  return Object.fromEntries(kept) as M
}
