/** Bugs of the codecs: the wrong decoder, a value read as what it is not, a fact of the envelope forgotten. Each is caught by a fast test. */
import type { PlantedBug } from './planted-bug.ts'

const judge = (file: string, names?: string): readonly string[] => [
  '--test',
  ...(names === undefined ? [] : ['--test-name-pattern', names]),
  file,
]
const readings = 'src/codecs/lorawan/readings.test.ts'
const mapping = 'src/codecs/lorawan/mapping/map-object.test.ts'

export const codecBugs: readonly PlantedBug[] = [
  {
    what: 'reads no target as a distance of 65 m',
    file: 'src/codecs/lorawan/payloads/milesight-em310-udl/decode.ts',
    from: 'mm !== undefined && mm < noTarget',
    to: 'mm !== undefined',
    judge: ['--test', 'src/codecs/lorawan/payloads/payloads.test.ts'],
  },
  {
    what: 'counts what a period counted as if it were the total',
    file: 'src/codecs/lorawan/payloads/milesight-vs350/decode.ts',
    from: '(id & 0x7f) !== 0x04',
    to: '(id & 0x7f) > 0x05',
    judge: ['--test', 'src/codecs/lorawan/payloads/payloads.test.ts'],
  },
  {
    what: 'takes a file of models that has a field with a slip',
    file: 'src/domain/device-model.ts',
    from: '      if (!Object.hasOwn(fields, name))\n',
    to: '      if (!Object.hasOwn(fields, name)) continue\n      if (name === "")\n',
    judge: ['--test', 'src/domain/device-model.test.ts'],
  },
  {
    what: 'replaces the charge that a sensor reports by that of a curve',
    file: 'src/domain/battery-charge.ts',
    from: ' || batteryPct !== undefined',
    to: '',
    judge: ['--test', 'src/domain/device-model.test.ts'],
  },
  {
    what: 'reads the occupied bit of a start-up as that of a status',
    file: 'src/codecs/lorawan/payloads/nwave-nps310/decode.ts',
    from: 'occupied: bit(bytes[4], 0)',
    to: 'occupied: bit(bytes[0], 0)',
    judge: ['--test', 'src/codecs/lorawan/payloads/payloads.test.ts'],
  },
  {
    what: 'stores what a network server gives outside of the range of a measure',
    file: 'src/codecs/lorawan/decode.ts',
    from: 'measures: withinRange<Measures>({ ...message.radio, ...measures })',
    to: 'measures: { ...message.radio, ...measures }',
    judge: ['--test', 'src/codecs/lorawan/readings.test.ts'],
  },
  {
    what: 'lets the deeper key of presence win',
    file: 'src/codecs/lorawan/mapping/presence.ts',
    from: 'const level = signs.filter(({ field }) => field.depth === depth)',
    to: 'const level = signs.filter(({ field }) => field.depth >= depth)',
    judge: judge(readings, 'a nested key never outvotes a shallower one'),
  },
  {
    what: 'reads an unknown value under a key of presence as a free bay',
    file: 'src/codecs/lorawan/mapping/words.ts',
    from: 'return takenWords.has(word) ? true : freeWords.has(word) ? false : null',
    to: 'return takenWords.has(word)',
    judge: judge(mapping, 'a value that is in no table is unknown'),
  },
  {
    what: 'reads the past as the present',
    file: 'src/codecs/lorawan/mapping/fields.ts',
    from: '    if (isElsewhere(name)) continue\n',
    to: '',
    judge: judge(readings, 'the past, an alarm and a setting'),
  },
  {
    what: 'takes the first of several bays',
    file: 'src/codecs/lorawan/mapping/presence.ts',
    from: '  if (bays.length > 0)\n',
    to: '  if (bays.length > 99)\n',
    judge: judge(readings, 'several bays in one object'),
  },
  {
    what: 'measures what a validity flag calls invalid',
    file: 'src/codecs/lorawan/mapping/words.ts',
    from: 'return text === false || text === 0 ||',
    to: 'return text === undefined ||',
    judge: judge(readings, 'what a validity flag calls invalid'),
  },
  {
    what: 'chooses a decoder by a part of a name',
    file: 'src/codecs/lorawan/choose-model.ts',
    from: 'whole === vendor + id',
    to: 'whole.includes(id) || whole === vendor',
    judge: judge(readings, 'a profile named after a word of a model'),
  },
  {
    what: 'lets the decoded object outvote the decoder of a known model',
    file: 'src/codecs/lorawan/decode.ts',
    from: 'if (model?.decode && bytes.length > 0)',
    to: 'if (model?.decode && bytes.length > 0 && !decoded)',
    judge: judge(readings, 'where the model is known'),
  },
  {
    what: 'forgets the session of the network',
    file: 'src/codecs/lorawan/envelopes/the-things-stack/read.ts',
    from: "session: sessionOf(uplink['session_key_id']) ?? address",
    to: 'session: address',
    judge: judge(readings, 'the session of the network'),
  },
  {
    what: "does not say that a time is the network's",
    file: 'src/codecs/lorawan/decode.ts',
    from: "{ time: message.time, timeSource: 'network' as const }",
    to: '{ time: message.time }',
    judge: judge(readings, 'the session of the network'),
  },
  {
    what: 'makes two devices of one hardware id',
    file: 'src/domain/hardware-id.ts',
    from: ".replace(/[:\\-. ]/g, '').toUpperCase()",
    to: ".replace(/[:\\-. ]/g, '')",
    judge: judge('src/domain/hardware-id.test.ts'),
  },
  {
    what: 'distinguishes two ids that look the same',
    file: 'src/domain/hardware-id.ts',
    from: "return text.normalize('NFC') as T",
    to: 'return text',
    judge: judge('src/domain/hardware-id.test.ts'),
  },
  {
    what: 'decodes dead letters again without looking for the decoder that was chosen',
    file: 'src/processing/requeue.ts',
    from: '  await deps.refreshDecoders?.()\n',
    to: '',
    judge: judge('src/processing/decoder-book.test.ts'),
  },
  {
    what: 'lets the decoder of a source read a device whose model the network names',
    file: 'src/codecs/lorawan/choose-model.ts',
    from: "  if (identifiers.some((identifier) => 'vendor' in identifier)) return none\n",
    to: '',
    judge: judge('src/processing/decoder-book.test.ts'),
  },
]
