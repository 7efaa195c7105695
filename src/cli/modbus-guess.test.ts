import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { crc16Modbus } from '../lib/crc.ts'
import { guessModbus, modbusLines } from './modbus-guess.ts'

function frame(...bytes: number[]): Buffer {
  const crc = crc16Modbus(Buffer.from(bytes))
  return Buffer.from([...bytes, crc & 0xff, crc >> 8])
}
const question = frame(7, 3, 0, 0, 0, 3)
const answer = frame(7, 3, 6, 0, 1, 8, 0, 0, 0)

test('questions and answers of a Modbus RTU line are found within noise, and the settings name what was asked', () => {
  const guess = guessModbus(
    Buffer.concat([
      Buffer.from([0xff, 0]),
      question,
      answer,
      Buffer.from([9]),
      frame(9, 4, 0, 16, 0, 1),
      frame(9, 0x84, 2),
    ]),
  )
  assert.equal(guess?.frames, 4)
  assert.deepEqual(guess.asked, [
    { unit: 7, table: 'holding', from: 0, count: 3 },
    { unit: 9, table: 'input', from: 16, count: 1 },
  ])
  assert.match(modbusLines('/dev/x', 9_600, guess).join('\n'), /unit: 9, table: input, from: 16, count: 1/)
})

test('random bytes and text are no Modbus line', () => {
  assert.equal(guessModbus(Buffer.from('A-017,1,,1\n'.repeat(100))), undefined)
  for (let i = 0; i < 20; i++) assert.equal(guessModbus(randomBytes(4_096)), undefined)
})

test('a frame that was changed on its way is not counted', () => {
  const broken = Buffer.from(answer)
  broken[4] = 9
  assert.equal(guessModbus(Buffer.concat([question, broken])), undefined)
})
