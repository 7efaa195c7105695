import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { emptyLayout } from '../domain/layout.ts'
import { type ForecastingEvent, firstState, nextState, type Subject } from './forecasting-state.ts'

/** The states never look into it. */
const subject = { layout: emptyLayout } as Subject
const other = { layout: emptyLayout } as Subject
const sites: ForecastingEvent = { type: 'layout', subject }
const otherSites: ForecastingEvent = { type: 'layout', subject: other }
const noSites: ForecastingEvent = { type: 'layout', subject: undefined }
const issued: ForecastingEvent = { type: 'issued' }
const stop: ForecastingEvent = { type: 'stop' }
const after = (...events: readonly ForecastingEvent[]) => events.reduce(nextState, firstState)

describe('the states of forecasting', () => {
  test('it waits for sites, starts with them, and issues', () => {
    assert.deepEqual(after(noSites), firstState)
    assert.deepEqual(after(sites), { is: 'starting', subject })
    assert.deepEqual(after(sites, issued, issued), { is: 'issuing', subject })
  })
  test('another layout takes the place of the one before, and what was issued is remembered', () => {
    assert.deepEqual(after(sites, otherSites), { is: 'starting', subject: other })
    assert.deepEqual(after(sites, issued, otherSites), { is: 'issuing', subject: other })
    assert.deepEqual(after(sites, noSites), { is: 'waiting', hasIssued: false })
    assert.deepEqual(after(sites, issued, noSites, noSites, sites), { is: 'issuing', subject })
  })
  test('it ends from every state, and nothing is issued while it waits or after its end', () => {
    for (const before of [[], [sites], [sites, issued]]) assert.deepEqual(after(...before, stop, stop), { is: 'ended' })
    assert.throws(() => after(issued), assert.AssertionError)
    assert.throws(() => after(stop, issued), assert.AssertionError)
    assert.throws(() => after(stop, sites), assert.AssertionError)
  })
})
