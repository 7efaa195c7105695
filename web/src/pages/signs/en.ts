/** Texts of the page about signs in English: fetched with it. */
import type { SignMode, SignReason } from '@baykeeper/contract/vocabulary.ts'

export const signsEn = {
  signsLead: 'What each sign shows now, and why. A sign that cannot be trusted is blank.',
  signsNone: 'No signs yet',
  signsNoneText:
    'A sign counts the free places of sites, levels, zones or types. Set one up with the API, or with “baykeeper signs apply”.',
  signBlank: 'blank',
  signShows: 'shows',
  signSince: 'since {time}',
  signPlaces: '{free} of {capacity} places free, {coverage} known',
  signPlacesOld: '{capacity} places, free ones not known now',
  signAge: 'Processed up to {age} ago',
  signAgeUnknown: 'Age of the data not known',
  signUntil: 'until {time}',
  signBy: 'Set by {author}: {reason}',
  signChange: 'Change the mode',
  signChangeOf: 'Change the mode of {name}',
  signMode: 'Mode',
  signSend: 'Set the mode',
  signHistory: 'History',
  signHistoryNone: 'None so far.',
  signOlder: 'Older',
  mode_auto: 'Automatic: what is counted',
  mode_full: 'FULL',
  mode_closed: 'CLOSED',
  mode_blank: 'Blank',
  mode_test: 'Test: all segments on',
  reason_counted: 'Free places that are known',
  'reason_below-floor': 'Fewer free places than the floor of the sign',
  reason_hysteresis: 'It was full, and not enough places are free again',
  reason_mode: 'Mode set by a person',
  'reason_all-closed': 'Every bay of the sign is closed',
  reason_coverage: 'Too few of its places are known',
  reason_band: 'The counts of its count zones are not certain enough',
  'reason_place-missing': 'The layout has no longer a place that it counts',
  'reason_nothing-counted': 'No bay and no count zone belongs to it',
  'reason_processing-behind': 'Processing is behind or stopped',
  'reason_readings-old': 'Its sensors have not reported for too long',
  'reason_mode-ended': 'The mode has ended, and processing is behind',
  'reason_no-sign': 'There is no such sign',
  reason_starting: 'The server has just started',
} as const satisfies Record<`mode_${SignMode}` | `reason_${SignReason}`, string> & Record<string, string>

export type SignsKey = keyof typeof signsEn
export type SignsDictionary = Readonly<Record<SignsKey, string>>
