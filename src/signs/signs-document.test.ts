/** docs/signs.md describes the topics, registers and reasons that the code has. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { signReasonCodes, signReasons, signShows } from '@baykeeper/contract/vocabulary.ts'
import { blockLength, firstRegister, mapVersion, notKnown, serverRegisters, signRegisters } from './register-map.ts'
import { statuses, topicForms } from './topics.ts'

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
const document = read('signs.md')
const row = (first: string) =>
  document
    .split('\n')
    .find((line) => line.startsWith(`| ${first} |`))
    ?.split('|')
    .map((cell) => cell.trim())

test('every register is in its table, at its place', () => {
  for (const [i, name] of signRegisters.entries()) assert.equal(row(`+${i}`)?.[2], name, name)
  for (const [i, name] of serverRegisters.slice(0, 4).entries()) assert.equal(row(String(i))?.[2], name, name)
  assert.deepEqual([...new Set(serverRegisters.slice(4))], [row(`4 to ${blockLength - 1}`)?.[2]])
  assert.equal(row('0')?.[3], String(mapVersion))
  assert.match(document, new RegExp(`\\(${firstRegister.min} to ${firstRegister.max}\\)`))
  assert.match(row('+1')?.[3] ?? '', new RegExp(`${notKnown}`))
})

test('every code of what is shown, and of why, is in the document', () => {
  assert.equal(row('+0')?.[3], signShows.map((show, i) => `${i} ${show}`).join(', '))
  const reasons = signReasonCodes.map((reason, i) => `${i} \`${reason}\``).join(', ')
  assert.ok(document.includes(`Reasons: ${reasons}.`), reasons)
})

test('every topic and status is in the document', () => {
  for (const form of Object.values(topicForms)) assert.ok(document.includes(`| \`${form}\` |`), form)
  for (const status of Object.values(statuses)) assert.ok(document.includes(`\`${status}\``), status)
})

test('every reason for a blank sign is in the rules', () => {
  const rules = read('specs/signs.md')
  const shown = ['counted', 'below-floor', 'hysteresis', 'all-closed', 'no-sign']
  for (const reason of Object.keys(signReasons).filter((one) => !shown.includes(one)))
    assert.ok(rules.includes(`\`${reason}\``), reason)
})
