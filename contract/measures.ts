/**
 * What a sensor can measure as a number, each declared once. From a line come: the check of a value, the field names of JSON, CSV and
 * key=value, the columns of `reading` and `device` with the migration that adds them, the wire schema and the API reference, the rows of
 * the device's drawer, docs/reference.md. No imports: the pages load this file.
 *
 * A new measure is a line at the end with the next free schema version as `since`, then `npm run reference`. The order is the order of
 * columns; a line that was released keeps its name, `whole` and `since`.
 */

export interface MeasureDeclaration {
  /** On the wire, in CSV columns and in the database; the unit ends it. */
  readonly name: string
  readonly unit: string
  readonly min: number
  readonly max: number
  /** Whole numbers only. */
  readonly whole?: true
  /** A reading with a value outside of the range is rejected; with `dropped` only the value is. */
  readonly outside?: 'dropped'
  /** How the radio heard the frame: two copies of one frame may differ in it. */
  readonly radio?: true
  readonly en: string
  readonly de: string
  /** Decimal places that pages show; none if absent. */
  readonly digits?: number
  /** The drawer of a device draws its course over the last hours. */
  readonly charted?: true
  /** Schema version that adds its columns; absent: the first. */
  readonly since?: number
}

const most = Number.MAX_SAFE_INTEGER

/** Ranges are wide enough for any sensor that exists, and narrow enough to catch a wrong unit or a torn line. */
// biome-ignore format: a line each
export const measures = [
  { name: 'distance_mm', unit: 'mm', min: 0, max: 1_000_000, en: 'Distance', de: 'Abstand' },
  { name: 'count_in', unit: '', min: 0, max: most, whole: true, en: 'Entries', de: 'Einfahrten' },
  { name: 'count_out', unit: '', min: 0, max: most, whole: true, en: 'Exits', de: 'Ausfahrten' },
  { name: 'battery_v', unit: 'V', min: 0, max: 1_000, en: 'Battery voltage', de: 'Batteriespannung', digits: 2 },
  { name: 'battery_pct', unit: '%', min: 0, max: 100, en: 'Battery level', de: 'Batteriestand' },
  { name: 'temperature_c', unit: '°C', min: -40, max: 85, outside: 'dropped', en: 'Temperature', de: 'Temperatur', digits: 1, charted: true },
  { name: 'rssi_dbm', unit: 'dBm', min: -300, max: 100, radio: true, en: 'Signal strength', de: 'Signalstärke', charted: true },
  { name: 'humidity_pct', unit: '%', min: 0, max: 100, en: 'Humidity', de: 'Luftfeuchte', charted: true, since: 13 },
  { name: 'snr_db', unit: 'dB', min: -40, max: 40, radio: true, en: 'Signal-to-noise ratio', de: 'Signal-Rausch-Abstand', digits: 1, charted: true, since: 14 },
  { name: 'previous_state_s', unit: 's', min: 0, max: most, whole: true, en: 'Previous state lasted', de: 'Dauer des vorigen Zustands', since: 15 },
] as const satisfies readonly MeasureDeclaration[]

export type MeasureName = (typeof measures)[number]['name']
