/**
 * The closed lists of Baykeeper, each declared once. Server, command line, pages, documents and tests derive types, schemas and tables from
 * them; `tools/tidy` reports a list that is typed out again. No imports: the pages load this file.
 *
 * A list whose places are stored or sent as numbers says so: it is appended to, never reordered.
 */

/** What the three meanings of docs/glossary.md are called. Every screen, command and document uses these and no others. */
export type LossMeaning = 'rejected' | 'missing before us' | 'lost by us'

interface Cause {
  readonly meaning: LossMeaning
  /** For the API reference and docs/reference/vocabulary.md. */
  readonly about: string
  /** A source can report it. */
  readonly bySource: boolean
}

/** Why frames did not become readings. */
export const losses = {
  'sequence-gap': { meaning: 'missing before us', about: 'numbers of a sensor that never came', bySource: false },
  overrun: { meaning: 'missing before us', about: 'the serial driver dropped bytes', bySource: true },
  'kernel-drop': { meaning: 'missing before us', about: 'datagrams dropped by a full receive buffer', bySource: true },
  'port-down': { meaning: 'missing before us', about: 'time in which no process listened', bySource: true },
  refused: { meaning: 'rejected', about: 'the sender got an error where its protocol has one', bySource: true },
  'journal-damage': { meaning: 'lost by us', about: 'accepted frames that can no longer be read', bySource: false },
} as const satisfies Record<string, Cause>
export type LossCause = keyof typeof losses
export const lossCauses = Object.keys(losses) as [LossCause, ...LossCause[]]

type CauseOfSource = { [C in LossCause]: (typeof losses)[C]['bySource'] extends true ? C : never }[LossCause]
/** Those that a source can report. */
export const sourceLossCauses = lossCauses.filter((cause): cause is CauseOfSource => losses[cause].bySource)
export type SourceLossCause = CauseOfSource

/** Why intake did not accept a frame. */
export const refusalCauses = ['unauthorized', 'too-large', 'overload', 'journal', 'shutdown', 'protocol'] as const
export type RefusalCause = (typeof refusalCauses)[number]

/** States of a bay. The place in the list is the byte of a snapshot and the number in a delta. */
export const bayStates = ['free', 'occupied', 'reserved', 'unknown', 'closed'] as const
export type BayState = (typeof bayStates)[number]

export const bayTypes = ['standard', 'disabled', 'ev', 'permit', 'family', 'loading', 'motorcycle', 'staff'] as const
export type BayType = (typeof bayTypes)[number]

/** Marks of a stored reading, with the bit of `reading.quality` each is. */
export const qualityBits = { 'arrival-time': 1, late: 2, 'possible-repeat': 8, 'count-doubted': 16 } as const
export type QualityMark = keyof typeof qualityBits
export const qualityMarks = Object.keys(qualityBits) as [QualityMark, ...QualityMark[]]

/** Why a frame was not understood: stored with its dead letter, and shown to people. */
export const rejections = {
  'not-json': 'the bytes are not JSON',
  'not-an-object': 'the JSON is not an object or a list of objects',
  'no-device': 'no device is named',
  'no-measure': 'nothing was measured',
  'bad-field': 'a field has a value that it cannot have',
  'bad-csv': 'not the CSV that was announced',
  'bad-line': 'a line is neither JSON nor key=value nor CSV',
  'bad-utf8': 'the bytes are not UTF-8 text',
  'bad-checksum': 'the checksum of the line is wrong or missing',
  'unknown-format': 'no codec reads these bytes',
  'unknown-envelope': 'no known network server sends this object',
  'unknown-payload': 'no decoder is chosen for this LoRaWAN payload, or it does not read it',
  'unknown-topic': 'no codec reads messages of this MQTT topic',
  'too-many-readings': 'more readings than one frame may hold',
  'sequence-conflict': 'another payload was stored under the same sequence number',
  'order-undecided': 'the frames behind it did not say where it belongs',
  'store-refused': 'the database cannot hold a value of it',
} as const
export type RejectionCode = keyof typeof rejections
export const rejectionCodes = Object.keys(rejections) as [RejectionCode, ...RejectionCode[]]

/** `tentative`: not a dead letter yet, and shown nowhere; its frame waits for the frames after it. */
export const letterStates = ['new', 'requeued', 'tentative'] as const
export type LetterState = (typeof letterStates)[number]
/** Those that people see. */
export const shownLetterStates = letterStates.filter((state) => state !== 'tentative')

/** What a source speaks. */
export const sourceKinds = ['http', 'mqtt', 'tcp', 'udp', 'serial'] as const
export type SourceKind = (typeof sourceKinds)[number]
/** `named`: a name of a sender's own, whose readings come through one of the others. */
export const shownSourceKinds = [...sourceKinds, 'named'] as const
export type ShownSourceKind = (typeof shownSourceKinds)[number]

export const sourceStates = ['starting', 'up', 'waiting', 'down'] as const
export type SourceState = (typeof sourceStates)[number]

/** State of the way from the journal to the database. */
export const pipelineStates = ['ok', 'behind', 'not-advancing', 'database-down', 'intake-down'] as const
export type PipelineState = (typeof pipelineStates)[number]

/** `off`: the configuration leaves forecasts out. */
export const forecasterStates = ['starting', 'up', 'down', 'off'] as const
export type ForecasterStateName = (typeof forecasterStates)[number]

/** What a forecast rests on. The place in the list is the number in an issued forecast. */
export const servings = ['withheld', 'model', 'baseline'] as const
export type Serving = (typeof servings)[number]

/** Where a training is. The pages show the first four as steps. */
export const trainingStages = ['reading', 'compiling', 'training', 'validating', 'done', 'cancelled'] as const
export type TrainingStage = (typeof trainingStages)[number]

/** `asked`: no process works on it yet. `cancelling`: the process that works on it should stop. */
export const trainingStates = ['asked', 'running', 'cancelling', 'done', 'cancelled', 'failed'] as const
export type TrainingState = (typeof trainingStates)[number]
/** States of a training that has not ended. */
export const activeTrainingStates: readonly TrainingState[] = trainingStates.slice(0, 3)

/** What the pages show of a training; `never`: none was asked for so far. */
export const trainingJobStates = ['never', 'running', 'done', 'cancelled', 'failed'] as const

export const openDays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'holiday'] as const
export type OpenDay = (typeof openDays)[number]

/** What an API key or a session may do: `read` sees everything, `operate` acts on it, `admin` changes how it is set up. */
export const scopes = ['read', 'operate', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** By weight, the lightest first. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

export const streamTopics = ['bays', 'kpi', 'sites', 'forecast'] as const
export type StreamTopic = (typeof streamTopics)[number]
