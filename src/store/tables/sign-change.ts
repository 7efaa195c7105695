import {
  type SignMode,
  type SignReason,
  type SignShow,
  signModes,
  signReasonCodes,
  signShows,
} from '@baykeeper/contract/vocabulary.ts'
import { instant, listed, orNull, text, whole, whole32 } from '../column.ts'
import { keep, table } from '../table.ts'

/** What signs have shown, change by change (domain/folds/sign-rows.ts). */
export const signChange = table('sign_change', {
  key: { sign: text(128), number: { ...whole, name: 'change_number' as const } },
  merge: {
    time: keep(instant),
    show: keep({ ...listed<SignShow>(signShows), name: 'shown' as const }),
    value: keep({ ...orNull(whole32), name: 'places_shown' as const }),
    mode: keep({ ...listed<SignMode>(signModes), name: 'sign_mode' as const }),
    reason: keep(listed<SignReason>(signReasonCodes)),
    author: keep(orNull(text(128))),
    comment: keep(text(512)),
  },
  since: 22,
})
