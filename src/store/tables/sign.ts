import {
  type SignMode,
  type SignReason,
  type SignShow,
  signModes,
  signReasonCodes,
  signShows,
} from '@baykeeper/contract/vocabulary.ts'
import type { Sign } from '../../domain/sign.ts'
import { flag, instant, jsonOrNull, listed, orNull, text, whole, whole32 } from '../column.ts'
import { replace, table } from '../table.ts'

/** Each sign that there ever was, as its fold has it (domain/folds/sign-rows.ts). */
export const sign = table('sign', {
  key: { id: text(128) },
  merge: {
    sign: replace({ ...jsonOrNull<Sign>(), name: 'definition' as const }),
    author: replace(text(128)),
    setAt: replace(instant),
    mode: replace({ ...listed<SignMode>(signModes), name: 'sign_mode' as const }),
    modeUntil: replace(orNull(instant)),
    modeAuthor: replace(orNull(text(128))),
    modeReason: replace(text(512)),
    show: replace({ ...listed<SignShow>(signShows), name: 'shown' as const }),
    value: replace({ ...orNull(whole32), name: 'places_shown' as const }),
    reason: replace(listed<SignReason>(signReasonCodes)),
    since: replace(instant),
    risenAt: replace(instant),
    isFull: replace(flag),
    capacity: replace(whole32),
    known: replace(whole32),
    free: replace(whole32),
    open: replace({ ...whole32, name: 'places_open' as const }),
    changes: replace(whole),
    rev: replace(whole),
  },
  indexes: { sign_rev: ['rev'] },
  hasRowid: true,
  since: 22,
})
