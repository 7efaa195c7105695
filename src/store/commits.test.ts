import assert from 'node:assert/strict'
import test from 'node:test'
import { instant } from '../lib/brand.ts'
import { commitsUnderWayMax, createCommits } from './commits.ts'
import { createSessionBook, sessionList } from './readings/session-rows.ts'

test('a commit knows the one before it until that has ended', async () => {
  const commits = createCommits()
  const told: string[] = []
  const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>())
  const enter = (i: number) =>
    commits.enter(async (before) => {
      told.push(`${i} ${before ? 'behind another' : 'alone'}`)
      await before
      await gates[i]?.promise
      told.push(`${i} ended`)
      if (i === 0) throw new Error('the first fails')
    })
  const all = [enter(0), enter(1)]
  gates[0]?.resolve()
  await assert.rejects(all[0] as Promise<void>, /the first fails/)
  all.push(enter(2))
  gates[1]?.resolve()
  gates[2]?.resolve()
  await Promise.all(all.slice(1))
  assert.deepEqual(told, ['0 alone', '1 behind another', '0 ended', '2 behind another', '1 ended', '2 ended'])
  await commits.enter(async (before) => assert.equal(before, undefined))
})

test('stays that were taken are kept while their batch may be under way', () => {
  const book = createSessionBook()
  const stay = (device: number) => ({
    ...{ device, arrival: instant(1), departure: instant(2), dwellMs: 1, certain: true, bay: `B${device}` },
    ...{ corrections: 0, maxErrorMs: 0, hiddenMax: null, overstayMin: null },
  })
  const taken = Array.from({ length: commitsUnderWayMax + 4 }, (_, turn) => {
    for (let i = 0; i < 40; i++) book.add(stay(turn * 100 + i))
    return { rows: book.take(), turn }
  })
  book.add(stay(9_999))
  for (const { rows, turn } of taken.slice(-commitsUnderWayMax))
    assert.deepEqual(
      sessionList(rows).map(({ device }) => device),
      Array.from({ length: 40 }, (_, i) => turn * 100 + i),
    )
})
