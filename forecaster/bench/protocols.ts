/**
 * Where the windows lie. Test windows are opened by the bench alone, and counted; everything else stops at the end of validation.
 *
 * M: Muenster, models frozen after training. F: Muenster, fresh months, walked through as in production: models are updated on what is
 * past before each week, thresholds each night. A: Aarhus, half hours. B: Birmingham, half hours by day. `city`: generated, for machines without the data.
 */
import { readAarhus } from '../data/aarhus.ts'
import { readBirmingham } from '../data/birmingham.ts'
import { generatedCity } from '../data/city.ts'
import { readMuenster } from '../data/muenster.ts'
import { type Panel, stepOf } from '../data/panel.ts'
import type { Window } from './pairs.ts'

export interface Protocol {
  readonly name: 'M' | 'F' | 'A' | 'B' | 'city'
  readonly title: string
  readonly horizons: readonly number[]
  readonly horizonNames: readonly string[]
  /** First date that is read, first that is trained on, and from which the anchor is fitted. */
  readonly from: string
  readonly trainFrom: string
  readonly anchorFrom: string
  /** Ends are exclusive. */
  readonly trainTo: string
  readonly validation: readonly [string, string]
  readonly test: readonly [string, string]
  /** Models are updated each week on what is past then. */
  readonly walked: boolean
  /** In production what lies between training and test is known: the last fit before the test ends here. */
  readonly refitTo?: string
  /** Network weights begin as those of an earlier window. */
  readonly startsFrom?: EarlierFit
  /** Rows of trees and ridge begin here: newer ones alone were better on validation than more of the older. */
  readonly rowsFrom?: string
  /** Share of training rows that trees and ridge see. */
  readonly rowShare: number
  /** Steps of the network where the data is small. */
  readonly steps?: number
  /** Window of DLinear, in steps. */
  readonly lookBack: number
  /** Days before a window on which intervals are calibrated. */
  readonly calibrationDays: number
  /** Of the clocks of the panel. */
  readonly zone: string
  read(dataFolder: string, until: string): Panel
}

export type EarlierFit = Pick<Protocol, 'name' | 'trainFrom' | 'anchorFrom' | 'trainTo'>

const quarterNames = ['15 min', '30 min', '1 h', '2 h', '4 h', '24 h']
const quarterHours = [1, 2, 4, 8, 16, 96]

const muenster = {
  zone: 'Europe/Berlin',
  horizons: quarterHours,
  horizonNames: quarterNames,
  from: '2021-06-01',
  trainFrom: '2021-07-15',
  lookBack: 336,
  calibrationDays: 28,
  read(dataFolder: string, until: string) {
    return readMuenster(dataFolder, { from: this.from, until })
  },
}

const frozen: Protocol = {
  ...muenster,
  name: 'M',
  title: 'Muenster, frozen',
  anchorFrom: '2023-01-01',
  trainTo: '2024-05-01',
  validation: ['2024-05-01', '2024-08-01'],
  test: ['2024-08-01', '2024-11-01'],
  walked: false,
  rowShare: 0.115,
}

export const protocols: Readonly<Record<string, Protocol>> = {
  M: frozen,
  F: {
    ...muenster,
    name: 'F',
    title: 'Muenster, fresh months, as in production',
    anchorFrom: '2023-01-01',
    trainTo: '2025-03-01',
    validation: ['2025-03-01', '2025-05-01'],
    test: ['2026-04-01', '2026-08-01'],
    walked: true,
    refitTo: '2026-04-01',
    startsFrom: frozen,
    rowsFrom: '2023-01-01',
    rowShare: 0.18,
  },
  B: {
    name: 'B',
    zone: 'Europe/London',
    title: 'Birmingham',
    horizons: [1, 2, 4, 8, 48],
    horizonNames: ['30 min', '1 h', '2 h', '4 h', '24 h'],
    from: '2016-10-04',
    trainFrom: '2016-10-11',
    anchorFrom: '2016-10-11',
    trainTo: '2016-11-28',
    validation: ['2016-11-28', '2016-12-05'],
    test: ['2016-12-05', '2016-12-20'],
    walked: false,
    rowShare: 1,
    steps: 400,
    lookBack: 17,
    calibrationDays: 7,
    read: readBirmingham,
  },
  A: {
    name: 'A',
    zone: 'Europe/Copenhagen',
    title: 'Aarhus',
    horizons: [1, 2, 4, 8, 48],
    horizonNames: ['30 min', '1 h', '2 h', '4 h', '24 h'],
    from: '2014-05-22',
    trainFrom: '2014-06-06',
    anchorFrom: '2014-06-20',
    trainTo: '2014-09-01',
    validation: ['2014-09-01', '2014-10-01'],
    test: ['2014-10-01', '2014-11-05'],
    walked: false,
    refitTo: '2014-10-01',
    rowShare: 1,
    steps: 400,
    lookBack: 96,
    calibrationDays: 14,
    read: readAarhus,
  },
  city: {
    name: 'city',
    zone: 'Europe/Berlin',
    title: 'generated city',
    horizons: quarterHours,
    horizonNames: quarterNames,
    from: '2023-01-02',
    trainFrom: '2023-02-13',
    anchorFrom: '2023-02-13',
    trainTo: '2023-05-08',
    validation: ['2023-05-08', '2023-05-22'],
    test: ['2023-05-22', '2023-06-05'],
    walked: true,
    rowShare: 0.1,
    lookBack: 96,
    calibrationDays: 14,
    read: (_, until) =>
      generatedCity({
        seed: 7,
        lots: 4,
        days: (Date.parse(until) - Date.parse('2023-01-02')) / 86_400_000,
        from: '2023-01-02',
      }),
  },
}

export const windowOf = (panel: Panel, [from, to]: readonly [string, string]): Window => ({
  from: stepOf(panel, from),
  to: stepOf(panel, to),
})
