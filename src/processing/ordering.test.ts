/** The rules of docs/specs/ordering.md as cases: what a device sends, and what has to be stored, counted and shown. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { doubtsIn } from '../domain/order-doubts.ts'
import { begin, play, type Sent } from './testing/history.ts'

interface Expected {
  /** Presence of the device; null is unknown. */
  readonly shows: boolean | null
  /** Rows stored, possible repeats included. */
  readonly stored: number
  readonly duplicate?: number
  readonly quarantined?: number
  readonly missing?: number
  readonly tentative?: number
  readonly possibleRepeats?: number
  readonly epochs?: number
}

interface Case {
  readonly it: string
  readonly sent: readonly (string | Sent)[]
  readonly is: Expected
}

/** `36 11:46 T`: number, device time, presence; each may be missing. `+00:07` is on the day of arrival. */
function line(text: string): Sent {
  const parts = text.split(' ')
  const time = parts.find((part) => part.includes(':'))
  const seq = parts.find((part) => /^\d+$/.test(part)) ?? ''
  const day = time?.startsWith('+') ? '24' : '23'
  const occupied = parts.at(-1) === 'T' ? 1 : 0
  const clock = time === undefined ? '' : `2026-11-${day}T${time.replace('+', '')}${time.length < 7 ? ':00' : ''}Z`
  return { body: `A,${seq},${clock},${occupied}` }
}

const run = (from: number, to: number, presence: (seq: number) => string) =>
  Array.from({ length: to - from + 1 }, (_, i) => `${from + i} ${presence(from + i)}`)
const alternating = (seq: number) => (seq % 2 === 0 ? 'F' : 'T')
/** Without any period. */
const irregular = (seq: number) => ((seq * seq * 7 + seq * 3) % 11 < 5 ? 'F' : 'T')
const always = (presence: string) => () => presence
const over = (meta: Record<string, string>, lines: readonly string[]): Sent[] =>
  lines.map((text) => ({ ...line(text), meta }))
/** One body of many lines. */
const body = (lines: readonly string[], meta: Record<string, string> = { body: '1' }): Sent => ({
  body: lines.map((text) => line(text).body).join('\n'),
  framing: 'csv',
  ...{ meta, source: 'http' },
})

const clockAndNumber: readonly Case[] = [
  {
    it: 'a lower number with a later time is a restart, also when the first frames of the boot are lost',
    sent: ['36 11:46 T', '4 12:45 F'],
    is: { shows: false, stored: 2, epochs: 2 },
  },
  {
    it: 'the same number with a later time and another payload is a restart, and so are the frames after it',
    sent: ['4 15:24 T', '4 16:10 F', '5 16:11 T', '6 16:12 F'],
    is: { shows: false, stored: 4, epochs: 2 },
  },
  {
    it: 'a frame of the boot before that comes again is a duplicate',
    sent: ['7 23:01 F', '1 +00:07 T', '7 23:01 F'],
    is: { shows: true, stored: 2, duplicate: 1 },
  },
  {
    it: 'a frame from before the wrap that comes again is a duplicate, and nothing is missing',
    sent: ['65534 20:05 T', '4 21:36 F', '65534 20:05 T'],
    is: { shows: false, stored: 2, duplicate: 1 },
  },
  {
    it: 'newest first across a restart: the boot before is late',
    sent: ['1 08:24 F', '34 08:08 T'],
    is: { shows: false, stored: 2, epochs: 2 },
  },
  {
    it: 'a late frame in its hole, and newest frames again',
    sent: ['0 10:00 T', '1 10:01 F', '3 10:03 T', '4 10:04 F', '2 10:02 T', '4 10:04 F', '3 10:03 T'],
    is: { shows: false, stored: 5, duplicate: 2, epochs: 1 },
  },
  {
    it: 'a backlog that is sent newest first is one boot',
    sent: Array.from({ length: 40 }, (_, i) => `${100 - i} 10:${String(59 - i).padStart(2, '0')} ${alternating(i)}`),
    is: { shows: false, stored: 40, epochs: 1 },
  },
  {
    it: 'a clock that is set back by a few seconds does not stop live state',
    sent: ['5 10:00:09 T', '6 10:00:03 F', '7 10:00:05 T', '8 10:00:06 F'],
    is: { shows: false, stored: 4, epochs: 1 },
  },
  {
    it: 'a clock that was ahead and is corrected does not stop live state: no reading is of the future',
    sent: [
      { ...line('5 +01:01:40 T'), arrived: begin },
      { ...line('6 +01:00:40 F'), arrived: begin + 40_000 },
      { ...line('7 +01:01:35 T'), arrived: begin + 95_000 },
      { ...line('8 +01:01:39 F'), arrived: begin + 99_000 },
    ],
    is: { shows: false, stored: 4, missing: 0, epochs: 1 },
  },
  {
    it: 'a frame of a boot before is late, also where the newest clock is a little ahead',
    sent: [
      { ...line('1 +01:00:09 F'), arrived: begin },
      { ...line('2 +00:50:00 T'), arrived: begin + 1_000 },
    ],
    is: { shows: false, stored: 2, epochs: 2 },
  },
  {
    it: 'a frame of the boot before whose clock is believed at last is no next frame: its boot has no clock',
    sent: [
      { ...line('86 +01:00:30 F'), arrived: begin },
      { ...line('4 +01:10:00 F'), arrived: begin + 5_000 },
      { ...line('5 +01:12:00 F'), arrived: begin + 180_000 },
      { ...line('86 +01:00:30 F'), arrived: begin + 181_000 },
    ],
    is: { shows: false, stored: 3, quarantined: 1, tentative: 1, missing: 0, epochs: 2 },
  },
  {
    it: 'a clock that was not believed is no clock until it is: a late frame between is no restart',
    sent: [
      { ...line('6 +01:01:30 F'), arrived: begin },
      { ...line('9 +01:09:30 T'), arrived: begin + 60_000 },
      { ...line('7 +01:03:30 F'), arrived: begin + 240_000 },
      { ...line('10 +01:20:00 T'), arrived: begin + 300_000 },
    ],
    is: { shows: true, stored: 4, missing: 1, epochs: 1 },
  },
  {
    it: 'a wrap of a counter of 8 bits with a clock goes on',
    sent: ['254 10:00 T', '255 10:01 F', '0 10:02 T', '1 10:03 F', '254 11:00 T', '254 10:00 T'],
    is: { shows: true, stored: 5, duplicate: 1, missing: 252 },
  },
]

const clockOnly: readonly Case[] = [
  {
    it: 'a clock that was ahead and is corrected does not stop live state',
    sent: [
      { ...line('+01:01:40 T'), arrived: begin },
      { ...line('+01:00:40 F'), arrived: begin + 40_000 },
    ],
    is: { shows: false, stored: 2 },
  },
  { it: 'a late reading never turns live state back', sent: ['13:24 F', '11:45 T'], is: { shows: false, stored: 2 } },
  {
    it: 'the same time and payload is a repetition',
    sent: ['13:24 T', '13:24 T'],
    is: { shows: true, stored: 1, duplicate: 1 },
  },
  {
    it: 'a payload that returns within one device time makes the state unknown',
    sent: ['13:24 T', '13:24 F', '13:24 T'],
    is: { shows: null, stored: 2, duplicate: 1 },
  },
  {
    it: 'and the next later time ends that',
    sent: ['13:24 T', '13:24 F', '13:24 T', '13:25 F'],
    is: { shows: false, stored: 3, duplicate: 1 },
  },
]

const numberOnly: readonly Case[] = [
  {
    it: 'two ascending lower numbers that are not stored are a restart, and nothing is missing',
    sent: [...run(300, 302, always('T')), ...run(0, 5, always('F'))],
    is: { shows: false, stored: 9, missing: 0, epochs: 2 },
  },
  {
    it: 'one lower number that contradicts makes the bay unknown',
    sent: [...run(300, 302, always('T')), '0 F'],
    is: { shows: null, stored: 3, quarantined: 1, tentative: 1 },
  },
  {
    it: 'the same number with another payload makes the bay unknown',
    sent: ['5 T', '5 F'],
    is: { shows: null, stored: 1, quarantined: 1, tentative: 1 },
  },
  {
    it: 'and the next number shows that it was a restart',
    sent: ['5 T', '5 F', '6 F'],
    is: { shows: false, stored: 3, missing: 0, epochs: 2 },
  },
  {
    it: 'a counter of 8 bits wraps',
    sent: [...run(253, 255, always('T')), ...run(0, 2, always('F'))],
    is: { shows: false, stored: 6, missing: 0 },
  },
  {
    it: 'frames from before the end of a counter of 32 bits, behind its first ones, are no loss of all between',
    sent: ['1 T', '2 F', '4294967294 T', '4294967295 F', ...run(3, 5, always('T'))],
    is: { shows: true, stored: 7, missing: 3, epochs: 3 },
  },
  {
    it: 'numbers that are lost across a wrap are missing',
    sent: ['250 T', '251 T', '2 F'],
    is: { shows: false, stored: 3, missing: 6 },
  },
  {
    it: 'frames that come again near the end of a counter are no wrap with lost numbers',
    sent: ['12 T', '13 T', '14 F', '252 T', '12 T', '13 T', '14 F'],
    is: { shows: null, stored: 4, quarantined: 3, tentative: 3 },
  },
  {
    it: 'the second lap of a counter of 8 bits goes on with any payloads',
    sent: [...run(0, 255, always('T')), ...run(0, 255, alternating)],
    is: { shows: true, stored: 512, missing: 0 },
  },
  {
    it: 'a repeated frame without proof is kept apart when the next number comes',
    sent: ['1 T', '2 F', '2 F', '3 T'],
    is: { shows: true, stored: 4, possibleRepeats: 1, missing: 0 },
  },
  {
    it: 'a frame kept apart that may be the newest leaves the bay unknown below its number',
    sent: ['9 F', '10 F', '11 F', '7 T', '8 F', '11 F', '9 T', '10 T'],
    is: { shows: null, stored: 8, possibleRepeats: 1 },
  },
  {
    it: 'and is not once its number comes again with another payload',
    sent: ['9 F', '10 F', '11 F', '7 T', '8 F', '11 F', '9 T', '10 T', '11 T'],
    is: { shows: true, stored: 9, possibleRepeats: 1 },
  },
  {
    it: 'the next number behind a repeated frame is of this boot, though it equals the boot before: nothing is repeated from this boot into that one',
    sent: ['5 F', '6 T', '7 F', '3 F', '4 T', '4 T', '5 F', '6 T', '7 F'],
    is: { shows: false, stored: 9, possibleRepeats: 1, missing: 0, epochs: 2 },
  },
  {
    it: 'and a restart whose numbers are among those is seen',
    sent: ['5 F', '6 T', '7 F', '3 F', '4 T', '4 T', '5 F', '6 T', '7 F', '5 T', '6 F', '7 T'],
    is: { shows: true, stored: 12, possibleRepeats: 1, missing: 0, epochs: 3 },
  },
  {
    it: 'a late frame that comes twice, the second time before the next number of a new boot, is surely stored once',
    sent: ['1 F', '5 F', '2 F', '2 F', '5 T'],
    is: { shows: true, stored: 5, possibleRepeats: 1, missing: 5, epochs: 2 },
  },
  {
    it: 'the next number behind a repeated run is of this boot, though it equals the boot before',
    sent: ['70 F', ...run(40, 69, irregular), ...run(40, 69, irregular), '70 F', '71 T'],
    is: { shows: true, stored: 33, duplicate: 30, missing: 0, epochs: 2 },
  },
  {
    it: 'also where the end of the repeated run equals the boot before by chance, and more than one follows',
    sent: [
      ...[...run(67, 69, irregular), '70 F', '71 F', ...run(40, 69, irregular)],
      ...[...run(40, 69, irregular), '70 F', '71 F', '72 T'],
    ],
    is: { shows: true, stored: 38, duplicate: 30, missing: 0, epochs: 2 },
  },
  {
    it: 'also where numbers are lost before it',
    sent: ['72 F', ...run(40, 69, irregular), ...run(40, 69, irregular), '72 F', '73 T'],
    is: { shows: true, stored: 33, duplicate: 30, missing: 2, epochs: 2 },
  },
  {
    it: 'also where it is the last of 64 that wait',
    sent: ['104 F', ...run(40, 102, irregular), ...run(40, 102, irregular), '104 F', '105 T'],
    is: { shows: true, stored: 66, duplicate: 63, possibleRepeats: 1, epochs: 2 },
  },
  {
    it: 'what goes on in the boot before from frames of it that wait is in doubt, also where the next number is expected',
    sent: ['0 F', '1 T', '2 T', '3 F', '4 T', '5 F', '0 T', '1 F', '2 F', '1 T', '2 T', '3 F', '4 T', '5 F'],
    is: { shows: null, stored: 9, quarantined: 5, tentative: 5, missing: 0, epochs: 2 },
  },
  {
    it: 'frames that equal the boot before by chance, and are repeated with the rest of this boot, are of this boot',
    sent: [
      ...['26 F', '27 T', ...run(2, 24, irregular), '26 F', '27 T'],
      ...[...run(2, 24, irregular), '26 F', '27 T', '28 F'],
    ],
    is: { shows: false, stored: 28, duplicate: 25, missing: 1, epochs: 2 },
  },
  {
    it: 'taken and free that alternate with the number prove nothing where numbers are lost either',
    sent: [
      ...[...run(0, 255, alternating), ...run(0, 59, alternating)],
      ...run(61, 160, alternating).filter((_, i) => i % 8 !== 3),
    ],
    is: { shows: null, stored: 380, possibleRepeats: 64, quarantined: 23, tentative: 23, missing: 0 },
  },
  {
    it: 'the first frame of a lap that comes late, behind one that equals the lap before, may not be the newest',
    sent: ['2 F', '250 T', '255 T', '2 F', '0 T'],
    is: { shows: null, stored: 5, possibleRepeats: 1 },
  },
  {
    it: 'until a number above both, in a new lap too',
    sent: ['2 F', '250 T', '255 T', '2 F', '0 T', '3 T'],
    is: { shows: true, stored: 6, possibleRepeats: 1 },
  },
  {
    it: 'a wrap goes on from frames above the highest that equal the lap before by chance',
    sent: [...run(240, 255, alternating), ...run(0, 248, alternating), '250 F', '251 T', '0 T', '1 T'],
    is: { shows: true, stored: 269, missing: 5 },
  },
  {
    it: 'a frame for a hole is late when the next number comes, and fills it',
    sent: ['1 T', '2 F', '4 T', '3 F', '5 T'],
    is: { shows: true, stored: 5, missing: 0, epochs: 1 },
  },
  {
    it: 'two late frames in their holes are no restart',
    sent: ['1 T', '2 F', '5 T', '3 F', '4 F', '6 T'],
    is: { shows: true, stored: 6, missing: 0, epochs: 1 },
  },
  {
    it: 'a marked redelivery is a duplicate',
    sent: ['1 T', '2 F', { ...line('2 F'), meta: { dup: '1' } }],
    is: { shows: false, stored: 2, duplicate: 1 },
  },
  {
    it: 'lines that a new connection repeats from its beginning are duplicates, however many',
    sent: [...over({ conn: 'a' }, run(0, 199, alternating)), ...over({ conn: 'b' }, run(0, 199, alternating))],
    is: { shows: true, stored: 200, duplicate: 200, missing: 0 },
  },
  {
    it: 'what a new connection repeats is known also behind a frame that its own clock identifies',
    sent: [
      { ...line('348 +00:59:18 T'), meta: { conn: 'a' }, arrived: begin },
      { ...line('1 +01:08:47 F'), meta: { conn: 'a' }, arrived: begin + 1_000 },
      { ...line('348 +00:59:18 T'), meta: { conn: 'b' }, arrived: begin + 2_000 },
      { ...line('1 +01:08:47 F'), meta: { conn: 'b' }, arrived: begin + 3_000 },
      { ...line('3 +01:08:51 F'), meta: { conn: 'b' }, arrived: begin + 4_000 },
    ],
    is: { shows: false, stored: 3, duplicate: 2, missing: 1, epochs: 2 },
  },
  {
    it: 'a line that was held for a repetition and completes a restart is counted once',
    sent: [
      ...over({ conn: 'a' }, ['1 T', '1 F']),
      ...over({ conn: 'b' }, ['0 F']),
      ...over({ conn: 'c' }, ['1 T']),
      ...over({ conn: 'd' }, ['4 T']),
    ],
    is: { shows: true, stored: 5, possibleRepeats: 1 },
  },
  {
    it: 'the unacknowledged tail is a repetition when a new connection goes on behind it',
    sent: [...over({ conn: 'a' }, run(0, 9, alternating)), ...over({ conn: 'b' }, run(8, 11, alternating))],
    is: { shows: true, stored: 12, duplicate: 2, missing: 0 },
  },
  {
    it: 'a run with proof enough in its payloads is a repetition without any connection',
    sent: [...run(0, 99, irregular), ...run(0, 99, irregular), '100 F'],
    is: { shows: false, stored: 101, duplicate: 100, missing: 0 },
  },
  {
    it: 'a run that only changes to and fro is no proof: every boot of a board that sends changes looks like it',
    sent: [...run(0, 62, alternating), ...run(0, 61, alternating)],
    is: { shows: null, stored: 63, quarantined: 62, tentative: 62 },
  },
  {
    it: 'the doubt stays where 64 such frames decided nothing',
    sent: [...run(0, 65, alternating), ...run(0, 64, alternating)],
    is: { shows: null, stored: 130, possibleRepeats: 64, quarantined: 1, tentative: 1, missing: 0 },
  },
  {
    it: 'and ends with a higher number',
    sent: [...run(0, 65, alternating), ...run(0, 65, alternating), '66 F'],
    is: { shows: false, stored: 133, possibleRepeats: 66, missing: 0 },
  },
  {
    it: 'a next frame behind one with a higher number that equals the boot before makes the bay unknown',
    sent: ['9 F', '10 F', '7 T', '8 F', '10 F', '9 T'],
    is: { shows: null, stored: 6, possibleRepeats: 1 },
  },
  {
    it: 'until a number above both',
    sent: ['9 F', '10 F', '7 T', '8 F', '10 F', '9 T', '11 T'],
    is: { shows: true, stored: 7, possibleRepeats: 1 },
  },
  {
    it: 'a whole body that comes again is one of duplicates with any content',
    sent: [body(run(0, 149, always('T'))), body(run(0, 149, always('T')))],
    is: { shows: true, stored: 150, duplicate: 150, missing: 0 },
  },
  {
    it: 'a body of one old frame is no proof: it may be a restart',
    sent: [body(['0 F']), body(['1 T']), body(['0 F'])],
    is: { shows: null, stored: 2, quarantined: 1, tentative: 1 },
  },
]

/** A frame of a LoRaWAN network: session, counter, network time, presence; heard by one gateway or another. */
const uplink = (session: string, seq: number, time: string, occupied: boolean, rssiDbm = -80): Sent => ({
  ...{ codec: 'reading', source: 'lorawan' },
  body: JSON.stringify({
    ...{ device: 'A', session, seq, time: Date.parse(`2026-11-23T${time}Z`), timeSource: 'network' },
    measures: { occupied, rssiDbm },
  }),
})

const sessions: readonly Case[] = [
  {
    it: 'a second copy of one uplink, with another network time and signal, is a duplicate',
    sent: [uplink('a', 1, '10:00:00', true), uplink('a', 1, '10:00:02', true, -110), uplink('a', 2, '10:10:00', false)],
    is: { shows: false, stored: 2, duplicate: 1, epochs: 1 },
  },
  {
    it: 'a copy that comes much later is a duplicate too',
    sent: [uplink('a', 0, '10:00:00', true), uplink('a', 1, '10:10:00', false), uplink('a', 1, '10:10:48', false)],
    is: { shows: false, stored: 2, duplicate: 1 },
  },
  {
    it: 'one that is stamped later than the newest with another presence makes the state unknown: its counter may have begun again',
    sent: [uplink('a', 1, '10:00:00', true), uplink('a', 2, '10:10:00', false), uplink('a', 1, '10:10:21', true)],
    is: { shows: null, stored: 2, duplicate: 1 },
  },
  {
    it: 'until the next counter',
    sent: [
      ...[uplink('a', 1, '10:00:00', true), uplink('a', 2, '10:10:00', false)],
      ...[uplink('a', 1, '10:10:21', true), uplink('a', 3, '10:20:00', false)],
    ],
    is: { shows: false, stored: 3, duplicate: 1, missing: 0 },
  },
  {
    it: 'three lower counters that rise with later times are a counter that began again',
    sent: [
      ...[uplink('a', 5, '10:00:00', false), uplink('a', 0, '10:00:20', true)],
      ...[uplink('a', 1, '10:00:23', false), uplink('a', 2, '10:00:26', true)],
    ],
    is: { shows: true, stored: 4, missing: 3, epochs: 2 },
  },
  {
    it: 'a new session is a new boot with any counter, and though its join was lost',
    sent: [
      ...Array.from({ length: 30 }, (_, seq) => uplink('a', seq, `10:${String(seq).padStart(2, '0')}:00`, true)),
      ...Array.from({ length: 8 }, (_, i) => uplink('b', i + 2, `11:0${i}:00`, false)),
    ],
    is: { shows: false, stored: 38, missing: 0, epochs: 2 },
  },
  {
    it: 'late frames of both sessions go to their own',
    sent: [
      uplink('a', 19, '10:00:00', true),
      uplink('b', 8, '11:00:00', false),
      uplink('a', 3, '09:40:00', false),
      uplink('b', 3, '10:30:00', true),
    ],
    is: { shows: false, stored: 4, missing: 19, epochs: 2 },
  },
  {
    it: 'a counter that began again in its session makes the state unknown',
    sent: [uplink('a', 5, '10:00:00', true), uplink('a', 6, '10:10:00', true), uplink('a', 5, '10:20:00', false)],
    is: { shows: null, stored: 3, missing: 0, epochs: 2 },
  },
  {
    it: 'until a second frame agrees',
    sent: [
      ...[uplink('a', 5, '10:00:00', true), uplink('a', 6, '10:10:00', true)],
      ...[uplink('a', 0, '10:20:00', true), uplink('a', 1, '10:30:00', false)],
    ],
    is: { shows: false, stored: 4, missing: 0, epochs: 2 },
  },
  {
    it: 'another payload under a known counter with an earlier network time is a conflict',
    sent: [uplink('a', 5, '10:00:00', true), uplink('a', 6, '10:10:00', true), uplink('a', 5, '10:05:00', false)],
    is: { shows: true, stored: 2, quarantined: 1 },
  },
]

const retained: readonly Case[] = [
  {
    it: 'a retained message that is known is a duplicate',
    sent: ['1 T', '2 F', { ...line('2 F'), meta: { retain: '1' } }, { ...line('1 T'), meta: { retain: '1' } }],
    is: { shows: false, stored: 2, duplicate: 2 },
  },
  {
    it: 'a retained message without its own time does not change a known state',
    sent: ['F', { ...line('T'), meta: { retain: '1' } }],
    is: { shows: false, stored: 2 },
  },
  {
    it: 'a retained message sets a state that is not known yet',
    sent: [{ ...line('T'), meta: { retain: '1' } }],
    is: { shows: true, stored: 1 },
  },
  {
    it: 'a retained message with its own time is in the order of its time',
    sent: ['10:00 F', { ...line('09:00 T'), meta: { retain: '1' } }, { ...line('11:00 T'), meta: { retain: '1' } }],
    is: { shows: true, stored: 3 },
  },
]

const boots: readonly Case[] = [
  {
    it: 'a boot that is named leaves no doubt',
    sent: ['{"device":"A","boot":"x","seq":5,"occupied":true}', '{"device":"A","boot":"y","seq":5,"occupied":false}'],
    is: { shows: false, stored: 2, missing: 0, epochs: 2 },
  },
  {
    it: 'a frame of a boot before is late, its repetition a duplicate, and another payload under its number a conflict',
    sent: [
      '{"device":"A","boot":7,"seq":1,"occupied":true}',
      '{"device":"A","boot":7,"seq":3,"occupied":true}',
      '{"device":"A","boot":2,"seq":1,"occupied":false}',
      '{"device":"A","boot":7,"seq":2,"occupied":true}',
      '{"device":"A","boot":7,"seq":3,"occupied":true}',
      '{"device":"A","boot":7,"seq":3,"occupied":false}',
    ],
    is: { shows: false, stored: 4, duplicate: 1, quarantined: 1, missing: 0, epochs: 2 },
  },
  {
    it: 'a clock that is set back does not stop live state in a named boot: the number decides',
    sent: [
      '{"device":"A","boot":"x","seq":1,"time":"2026-11-23T12:00:00Z","occupied":true}',
      '{"device":"A","boot":"x","seq":2,"time":"2026-11-23T11:00:30Z","occupied":false}',
      '{"device":"A","boot":"x","seq":4,"time":"2026-11-23T11:00:50Z","occupied":true}',
      '{"device":"A","boot":"x","seq":3,"time":"2026-11-23T11:00:40Z","occupied":false}',
    ],
    is: { shows: true, stored: 4, missing: 0, epochs: 1 },
  },
  {
    it: 'a boot name that is used again orders nothing: a late frame of the boot before does not move live state',
    sent: [
      '{"device":"A","boot":1,"seq":5,"time":"2026-11-23T10:00:00Z","occupied":true}',
      '{"device":"A","boot":1,"seq":1,"time":"2026-11-23T11:00:00Z","occupied":false}',
      '{"device":"A","boot":1,"seq":6,"time":"2026-11-23T10:00:30Z","occupied":true}',
    ],
    is: { shows: false, stored: 3, epochs: 2 },
  },
  {
    it: 'the counter of a named boot wraps',
    sent: [
      '{"device":"A","boot":7,"seq":254,"occupied":true}',
      '{"device":"A","boot":7,"seq":255,"occupied":true}',
      '{"device":"A","boot":7,"seq":0,"occupied":false}',
    ],
    is: { shows: false, stored: 3, missing: 0, epochs: 2 },
  },
]

const nothing: readonly Case[] = [
  {
    it: 'frames with neither clock nor number are taken as they come',
    sent: ['T', 'F', 'T'],
    is: { shows: true, stored: 3 },
  },
  {
    it: 'a marked redelivery of one is a duplicate',
    sent: ['T', 'F', { ...line('F'), meta: { dup: '1' } }],
    is: { shows: false, stored: 2, duplicate: 1 },
  },
]

const all = { clockAndNumber, clockOnly, numberOnly, sessions, boots, nothing, retained }
for (const [name, cases] of Object.entries(all))
  describe(name, () => {
    for (const { it, sent, is } of cases)
      for (const perCommit of [1, 1_000])
        test(`${it}${perCommit === 1 ? '' : ', in one commit'}`, async () => {
          const records = sent.map((one) =>
            typeof one !== 'string' ? one : one.startsWith('{') ? { body: one } : line(one),
          )
          const { store, device, tentative } = await play(records, { perCommit })
          const { committed, duplicate, quarantined, lost } = store.totals()
          const numbered = store.readings.filter(({ seq, epoch }) => seq !== null && epoch >= 0)
          const wanted: Required<Expected> = {
            ...{ duplicate: 0, quarantined: 0, missing: lost, tentative: 0, possibleRepeats: 0 },
            epochs: new Set(numbered.map(({ epoch }) => epoch)).size,
            ...is,
          }
          assert.deepEqual(
            {
              shows: device().occupied,
              ...{ stored: store.readings.length, duplicate, quarantined, missing: lost, tentative },
              possibleRepeats: store.readings.filter(({ epoch }) => epoch === -1).length,
              epochs: new Set(numbered.map(({ epoch }) => epoch)).size,
            },
            wanted,
          )
          assert.equal(
            committed + duplicate + quarantined,
            records.reduce(
              (sum, { body: text, framing }) => sum + (framing === 'csv' ? text.split('\n').length : 1),
              0,
            ),
          )
          assert.equal(device().missing, lost, 'the state of the device counts what the ledger counts')
          const keys = numbered.map(({ epoch, seq }) => `${epoch} ${seq}`)
          assert.equal(new Set(keys).size, keys.length, 'no number is stored twice in one boot')
        })
  })

describe('what follows from the order', () => {
  const at = (time: string) => Date.parse(`2026-11-23T${time}:00Z`)
  const staysOf = async (times: readonly string[], perCommit = 1) => {
    const { store, device } = await play(times.map(line), { perCommit })
    const stays = store.history().sessions.map(({ arrival, departure, certain }) => [arrival, departure, certain])
    return { stays, device }
  }

  for (const perCommit of [1, 100]) {
    test(`a late reading brings a stay to light (${perCommit} a commit)`, async () => {
      const { stays } = await staysOf(['10:00 F', '13:24 F', '11:45 T'], perCommit)
      assert.deepEqual(stays, [[at('11:45'), at('13:24'), true]])
    })

    test(`a late reading cuts a stay in two (${perCommit} a commit)`, async () => {
      const { stays } = await staysOf(['10:00 T', '12:00 F', '11:00 F', '11:30 T'], perCommit)
      assert.deepEqual(stays, [
        [at('10:00'), at('11:00'), true],
        [at('11:30'), at('12:00'), true],
      ])
    })

    test(`the present stay begins where late readings say (${perCommit} a commit)`, async () => {
      const { stays, device } = await staysOf(['10:00 T', '12:00 T', '11:00 F', '11:30 T'], perCommit)
      assert.deepEqual(stays, [[at('10:00'), at('11:00'), true]])
      assert.equal(device().since, at('11:30'))
    })
  }

  const doubtsAfter = async (times: readonly string[], perCommit = 1) => {
    const { store } = await play(times.map(line), { perCommit })
    return doubtsIn((await store.deviceOrders())[0]?.state)
  }
  const certain = { possibleRepeats: 0, isMissingCertain: true }
  const doubtful = { possibleRepeats: 0, isMissingCertain: false }

  test('missing numbers are not certain where a late frame cuts a boot in two, before it and within it', async () => {
    assert.deepEqual(await doubtsAfter(['6 06:44 F', '8 06:51 T']), certain)
    assert.deepEqual(await doubtsAfter(['6 06:44 F', '8 06:51 T', '7 06:50 T']), certain)
    assert.deepEqual(await doubtsAfter(['6 06:44 F', '8 06:51 T', '3 06:50 T']), doubtful)
    assert.deepEqual(await doubtsAfter(['6 06:44 F', '8 06:51 T', '10 06:53 T', '9 06:45 T'], 9), doubtful)
  })

  test('and while a frame waits that may be one of them; a possible repeat is counted', async () => {
    assert.deepEqual(await doubtsAfter(['1 T', '2 F', '2 F']), doubtful)
    assert.deepEqual(await doubtsAfter(['1 T', '2 F', '2 F', '3 T']), { possibleRepeats: 1, isMissingCertain: true })
  })

  test('a sensor whose number stands still and whose frames come newest first is remembered with at most 32 boots', async () => {
    const frames = Array.from({ length: 60 }, (_, i) =>
      line(`5 10:${String(59 - i).padStart(2, '0')} ${alternating(i)}`),
    )
    const { store } = await play([...frames, ...frames])
    assert.deepEqual([store.readings.length, store.totals().duplicate], [60, 60])
    const [{ state } = assert.fail()] = await store.deviceOrders()
    const { boots } = JSON.parse(state) as { boots: unknown[] }
    assert.ok(boots.length <= 32, `${boots.length} boots`)
  })

  test('a stay of no length is never certain', async () => {
    const { stays } = await staysOf(['10:00 T', '10:00 F'])
    assert.deepEqual(stays, [[at('10:00'), at('10:00'), false]])
  })

  test('a doubt about the state ends no stay', async () => {
    const { store } = await play(['1 F', '2 T', '1 F', '3 T', '4 F'].map(line))
    assert.deepEqual(
      store.history().sessions.map(({ arrival, certain }) => [arrival, certain]),
      [[store.readings.find(({ seq }) => seq === 2)?.time, true]],
    )
  })

  test('a retained message is no sign of life', async () => {
    const sent = [line('F'), { ...line('F'), meta: { retain: '1' }, afterMs: 3_600_000 }]
    const { store, device } = await play(sent)
    assert.equal(device().lastArrived, store.readings[0]?.arrived)
  })

  test('the last arrival follows a clock of the server that was set back, and jitter does not move it', async () => {
    const hour = 3_600_000
    const jumped = await play([
      line('1 T'),
      { ...line('2 F'), afterMs: 1_000 * hour },
      { ...line('3 T'), afterMs: -999 * hour },
    ])
    assert.equal(jumped.device().lastArrived, jumped.store.readings.at(-1)?.arrived)
    const jitter = await play([line('1 T'), { ...line('2 F'), afterMs: -500 }])
    assert.equal(jitter.device().lastArrived, jitter.store.readings[0]?.arrived)
  })

  test('a late or impossible count of a gate is kept, and counts no entries', async () => {
    const gate = (counts: readonly number[]) =>
      play(counts.map((count) => ({ body: `{"device":"A","count_in":${count}}` })))
    const entriesOf = ({ store }: Awaited<ReturnType<typeof gate>>) =>
      store.history().counts.reduce((sum, { entries, resets }) => sum + entries + resets * 1_000, 0)
    const late = await gate([10, 11, 10, 12])
    assert.equal(entriesOf(late), 2)
    const impossible = await gate([101, 4_294_967_295, 102])
    assert.equal(entriesOf(impossible), 1)
    assert.deepEqual(
      impossible.store.readings.map(({ countIn, quality }) => [countIn, quality]),
      [
        [101, 0],
        [4_294_967_295, 16],
        [102, 0],
      ],
    )
  })
})
