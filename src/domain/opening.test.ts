import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hours } from './layout.ts'
import { openingAt } from './opening.ts'

const zone = 'Europe/Berlin'
/** 2026-11-23 is a Monday; Berlin is an hour ahead of UTC. */
const at = (time: string, day = 23) => Date.parse(`2026-11-${day}T${time}:00+01:00`)
const workdays: Hours = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '06:00', to: '22:00' }
const saturday: Hours = { days: ['sat'], from: '08:00', to: '02:00' }
const open = [workdays, saturday]

test('a site without opening hours is always open', () => {
  assert.deepEqual(openingAt({ zone }, at('03:00')), { isOpen: true, changes: undefined })
})

test('within its hours it is open until they end, and before them it is closed until they begin', () => {
  assert.deepEqual(openingAt({ zone, open }, at('06:00')), { isOpen: true, changes: at('22:00') })
  assert.deepEqual(openingAt({ zone, open }, at('22:00')), { isOpen: false, changes: at('06:00', 24) })
  assert.deepEqual(openingAt({ zone, open }, at('05:59')), { isOpen: false, changes: at('06:00') })
})

test('hours over midnight end on the next day, and a closed Sunday is passed over', () => {
  assert.deepEqual(openingAt({ zone, open }, at('23:00', 28)), { isOpen: true, changes: at('02:00', 29) })
  assert.deepEqual(openingAt({ zone, open }, at('02:00', 29)), { isOpen: false, changes: at('06:00', 30) })
})

test('a holiday without hours is closed', () => {
  const holidays = ['2026-11-24']
  assert.deepEqual(openingAt({ zone, open, holidays }, at('12:00', 24)), { isOpen: false, changes: at('06:00', 25) })
})

test('hours of whole days in a row never end, and no hours never begin', () => {
  const always: Hours = { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' }
  assert.deepEqual(openingAt({ zone, open: [always] }, at('12:00')), { isOpen: true, changes: undefined })
  const never: Hours = { days: ['holiday'], from: '06:00', to: '22:00' }
  assert.deepEqual(openingAt({ zone, open: [never] }, at('12:00')), { isOpen: false, changes: undefined })
})
