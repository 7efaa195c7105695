/**
 * The closed lists of Baykeeper, each declared once. Server, command line, pages, documents and tests derive types, schemas and tables from
 * them; `tools/tidy` reports a list that is typed out again. No imports: the pages load this file, and what is derived here is marked as pure so
 * that a page carries only the lists it uses.
 *
 * A list whose positions are stored or sent as numbers has a comment about it: it is appended to, never reordered.
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
export const lossCauses = /* @__PURE__ */ Object.keys(losses) as [LossCause, ...LossCause[]]

type CauseOfSource = { [C in LossCause]: (typeof losses)[C]['bySource'] extends true ? C : never }[LossCause]
/** Those that a source can report. */
export const sourceLossCauses = /* @__PURE__ */ lossCauses.filter(
  (cause): cause is CauseOfSource => losses[cause].bySource,
)
export type SourceLossCause = CauseOfSource

/** Why intake did not accept a frame. */
export const refusalCauses = ['unauthorized', 'too-large', 'overload', 'journal', 'shutdown', 'protocol'] as const
export type RefusalCause = (typeof refusalCauses)[number]

/** States of a bay. The place in the list is the byte of a snapshot and the number in a delta. */
export const bayStates = ['free', 'occupied', 'reserved', 'unknown', 'closed'] as const
export type BayState = (typeof bayStates)[number]
/** What a person may set: `unknown` is the state of a bay without a report. */
export const settableStates = /* @__PURE__ */ bayStates.filter((state) => state !== 'unknown')
export type SettableState = (typeof settableStates)[number]

/** Where an override is: `planned` begins later. */
export const overrideStates = ['in_force', 'planned', 'ended'] as const
export type OverrideState = (typeof overrideStates)[number]

/**
 * What the state of a bay follows from. `rule`: silence, a dispute, a gateway offline. The place in the list is stored: append only.
 */
export const bayCauses = ['device', 'override', 'layout', 'rule'] as const
export type BayCause = (typeof bayCauses)[number]

/** Doubts about a bay, with the bit of `bay_state.flags` each is. */
export const bayFlagBits = {
  ...{ stale: 1, stuck: 2, flapping: 4, disputed: 8, 'low-battery': 16, 'gateway-offline': 32 },
} as const
export type BayFlag = keyof typeof bayFlagBits
export const bayFlags = /* @__PURE__ */ Object.keys(bayFlagBits) as [BayFlag, ...BayFlag[]]

/** Why a device needs a person. `unassigned`: it watches no bay and belongs to no gate. */
export const deviceTroubles = ['silent', 'low-battery', 'unassigned', 'disputed'] as const
export type DeviceTrouble = (typeof deviceTroubles)[number]

/** Orders of the list of devices; a minus in front: the other way round. */
export const deviceSorts = ['id', '-id', 'arrived', '-arrived', 'battery', '-battery', 'bay', '-bay'] as const
export type DeviceSort = (typeof deviceSorts)[number]

export const gatewayStates = ['online', 'offline'] as const

/**
 * What the count of a count zone is worth. `unknown`: never recounted or reset, or no gate counts for it. `stale`: a gate is not heard.
 * `uncertain`: its band is too wide to be useful, or the bays of the zone contradict it. The place in the list is stored: append only.
 */
export const countStates = ['known', 'uncertain', 'stale', 'unknown'] as const
export type CountState = (typeof countStates)[number]

/** What sets or corrects a count beside vehicles that pass. `empty`, `full`: it reached that limit. The place in the list is stored: append only. */
export const countChanges = ['recount', 'reset', 'empty', 'full'] as const
export type CountChange = (typeof countChanges)[number]

/** What decides what a sign shows: `auto` counts; a person sets the others. The place in the list is stored: append only. */
export const signModes = ['auto', 'full', 'closed', 'blank', 'test'] as const
export type SignMode = (typeof signModes)[number]

/** What a sign shows. The place in the list is stored, and is the code of a Modbus register: append only. */
export const signShows = ['blank', 'number', 'full', 'closed', 'test'] as const
export type SignShow = (typeof signShows)[number]

/** Why a sign shows what it shows. The place in the list is stored, and is the code of a Modbus register: append only. */
export const signReasons = {
  counted: 'the free places that are known',
  'below-floor': 'fewer free places than the floor of the sign',
  hysteresis: 'it was full, and not enough places have become free since',
  mode: 'a person has set the mode',
  'all-closed': 'every bay of the sign is closed',
  coverage: 'too few of its places are known',
  band: 'the counts of its count zones are not certain enough',
  'place-missing': 'the layout does not have a place that the sign counts',
  'nothing-counted': 'no bay and no count zone belongs to the sign',
  'processing-behind': 'processing is behind or stopped',
  'readings-old': 'no sensor of the sign has reported for too long',
  'mode-ended': 'the mode has ended, and processing has not come to that yet',
  'no-sign': 'there is no such sign',
  starting: 'the server has just started, or the database has not answered yet',
} as const
export type SignReason = keyof typeof signReasons
export const signReasonCodes = /* @__PURE__ */ Object.keys(signReasons) as [SignReason, ...SignReason[]]

export const signLanguages = ['en', 'de'] as const
export type SignLanguage = (typeof signLanguages)[number]

export const bayTypes = [
  ...(['standard', 'disabled', 'ev', 'permit', 'family', 'loading', 'motorcycle', 'staff', 'visitor'] as const),
] as const
export type BayType = (typeof bayTypes)[number]

/** Marks of a stored reading, with the bit of `reading.quality` each is. */
export const qualityBits = { 'arrival-time': 1, late: 2, 'possible-repeat': 8, 'count-doubted': 16 } as const
export type QualityMark = keyof typeof qualityBits
export const qualityMarks = /* @__PURE__ */ Object.keys(qualityBits) as [QualityMark, ...QualityMark[]]

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
  'codec-failed': 'the script published for its model, source or application does not read it',
  'codec-not-run': 'the machine could not run the script published for it: requeue it',
  'unknown-topic': 'no codec reads messages of this MQTT topic',
  'too-many-readings': 'more readings than one frame may hold',
  'foreign-device': 'the token of the sender is not for this device',
  'sequence-conflict': 'another payload was stored under the same sequence number',
  'order-undecided': 'the frames behind it did not say where it belongs',
  'store-refused': 'the database cannot hold a value of it',
} as const
export type RejectionCode = keyof typeof rejections
export const rejectionCodes = /* @__PURE__ */ Object.keys(rejections) as [RejectionCode, ...RejectionCode[]]

/** `tentative`: not a dead letter yet, and shown nowhere; its frame waits for the frames after it. */
export const letterStates = ['new', 'requeued', 'tentative'] as const
export type LetterState = (typeof letterStates)[number]
/** Those that people see. */
export const shownLetterStates = /* @__PURE__ */ letterStates.filter((state) => state !== 'tentative')

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

/**
 * Who a forecast is mixed from, in the order of their numbers: the network; what days like this one did next; the seasonal anchor, with today's difference fading; the last
 * rate; the rates of this time on days of this kind; boosted trees.
 */
export const forecastExperts = ['network', 'similar', 'anchor', 'last', 'course', 'trees'] as const

/** Where a training is. The pages show the first four as steps. */
export const trainingStages = ['reading', 'compiling', 'training', 'validating', 'done', 'cancelled'] as const
export type TrainingStage = (typeof trainingStages)[number]

/** `asked`: no process works on it yet. `cancelling`: the process that works on it should stop. */
export const trainingStates = ['asked', 'running', 'cancelling', 'done', 'cancelled', 'failed'] as const
export type TrainingState = (typeof trainingStates)[number]
/** States of a training that has not ended. */
export const activeTrainingStates: readonly TrainingState[] = /* @__PURE__ */ trainingStates.slice(0, 3)

/** What the pages show of a training; `never`: none was asked for so far. */
export const trainingJobStates = ['never', 'running', 'done', 'cancelled', 'failed'] as const

/** What is found in a layout: one that has a fault is not published, a warning is shown beside it. */
export const layoutFindings = {
  'duplicate-id': {
    severity: 'fault',
    about: 'two objects have one id, also in another spelling of the same characters',
  },
  'device-twice': { severity: 'fault', about: 'a device is assigned to two bays or gates' },
  'unknown-zone': { severity: 'fault', about: 'a bay or gate names a zone that is not there' },
  'bad-shape': { severity: 'fault', about: 'an angle, size or outline that nothing can have' },
  'bays-overlap': { severity: 'fault', about: 'two bays of a level share more than a tenth of the smaller one' },
  'outside-level': { severity: 'fault', about: 'the centre of a bay lies outside its level' },
  'bad-gate': { severity: 'fault', about: 'a gate leads nowhere, or from a zone into itself' },
  'bad-hours': { severity: 'fault', about: 'hours that never begin or name a day twice' },
  'alike-id': { severity: 'warning', about: 'two ids differ in upper and lower case alone' },
  'over-the-edge': { severity: 'warning', about: 'a bay reaches more than a metre beyond its level' },
  'unusual-size': { severity: 'warning', about: 'a bay is smaller than 1 m² or larger than 200 m²' },
  'ignored-angle': { severity: 'warning', about: 'a bay with an outline has an angle, which is not used' },
  'levels-overlap': { severity: 'warning', about: 'two levels are drawn over each other' },
  'named-twice': { severity: 'warning', about: 'a bay names one of its zones or types twice, which counts once' },
  'same-label': { severity: 'warning', about: 'two bays of a level show one label' },
  'unknown-model': { severity: 'warning', about: 'a device has a model that is not known here' },
  'no-gate': { severity: 'warning', about: 'a count zone has no gate' },
  'not-counted': { severity: 'warning', about: 'a gate leads into a zone that is no count zone, or has no device' },
  'few-places': { severity: 'warning', about: 'a count zone has more bays than its capacity' },
  'unused-rule': { severity: 'warning', about: 'a stay rule that no bay can have' },
} as const satisfies Record<string, { readonly severity: 'fault' | 'warning'; readonly about: string }>
export type LayoutFindingCode = keyof typeof layoutFindings
export const layoutFindingCodes = /* @__PURE__ */ Object.keys(layoutFindings) as [
  LayoutFindingCode,
  ...LayoutFindingCode[],
]

export const openDays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'holiday'] as const
export type OpenDay = (typeof openDays)[number]
export type Weekday = Exclude<OpenDay, 'holiday'>
/** In their order from Monday. */
export const weekdays = /* @__PURE__ */ openDays.filter((day) => day !== 'holiday') as [Weekday, ...Weekday[]]

/** How often a report is sent. */
export const reportIntervals = ['day', 'week', 'month'] as const
export type ReportInterval = (typeof reportIntervals)[number]

/** Days of a report that is sent, as they lie before its due time. Whole local days, the day of the due time is in none. */
export const relativePeriods = ['yesterday', 'last-week', 'last-month', 'last-28-days'] as const
export type RelativePeriod = (typeof relativePeriods)[number]

/** What an API key may do. `admin` includes the others; rights.ts has the rights of each. */
export const scopes = ['read', 'operate', 'layout', 'devices', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** An API key, or the token of a source. */
export const keyKinds = ['api', 'ingest'] as const

/** What a person does here; rights.ts has the rights of each. */
export const roles = ['viewer', 'operator', 'planner', 'engineer', 'admin'] as const
export type Role = (typeof roles)[number]

/** What anybody may see of a site without signing in. */
export const publicLevels = ['off', 'occupancy', 'forecast'] as const
export type PublicLevel = (typeof publicLevels)[number]

/** What the audit log holds about access itself. */
export const accessActions = [
  'user-added',
  'user-changed',
  'password-set',
  'link-made',
  'signed-in',
  'signed-out',
  'session-ended',
  'key-made',
  'key-ended',
  'second-factor-set',
  'second-factor-removed',
  'second-factor-blocked',
  'recovery-codes-made',
  'recovery-code-used',
  'passkey-added',
  'passkey-removed',
  'identity-linked',
  'sign-in-refused',
  'public-access',
] as const
export type AccessAction = (typeof accessActions)[number]

/** What the audit log holds: what was done about access, and what people change. `other`: written by a later release. */
export const auditActions = [
  ...accessActions,
  ...(['layout', 'override', 'override-end', 'recount', 'rule', 'alert', 'alert-made', 'wait', 'wait-end'] as const),
  ...(['sign', 'sign-mode', 'report-schedule', 'codec', 'other'] as const),
] as const
export type AuditAction = (typeof auditActions)[number]

/** By weight, the lightest first. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

export const streamTopics = ['bays', 'kpi', 'sites', 'forecast', 'alerts'] as const
export type StreamTopic = (typeof streamTopics)[number]

/** How urgent an alert is, the most urgent first. The place in the list is stored: append only. */
export const alertSeverities = ['critical', 'warning', 'info'] as const
export type AlertSeverity = (typeof alertSeverities)[number]

/**
 * States of an alert by ISA-18.2. `returned`: its condition has cleared, and no person has acknowledged it. `suppressed`: by design, below a
 * root that explains it. The place in the list is stored: append only.
 */
export const alertStates = [
  ...(['normal', 'unacknowledged', 'acknowledged', 'returned', 'shelved', 'suppressed', 'out-of-service'] as const),
] as const
export type AlertState = (typeof alertStates)[number]

/** Lists of alerts as people see them, with the states that each holds. */
export const alertGroups = {
  'needs-action': ['unacknowledged', 'returned'],
  acknowledged: ['acknowledged'],
  shelved: ['shelved'],
  suppressed: ['suppressed', 'out-of-service'],
  closed: ['normal'],
} as const satisfies Record<string, readonly AlertState[]>
export type AlertGroup = keyof typeof alertGroups
export const alertGroupNames = /* @__PURE__ */ Object.keys(alertGroups) as [AlertGroup, ...AlertGroup[]]

/** What an alert is about. The place in the list is stored: append only. */
export const alertSubjects = ['bay', 'device', 'gateway', 'place', 'source', 'count-zone', 'system'] as const
export type AlertSubjectKind = (typeof alertSubjects)[number]

/** What people do with alerts. */
export const alertActions = [
  ...(['acknowledge', 'undo-acknowledge', 'assign', 'comment', 'shelve', 'unshelve', 'resolve'] as const),
  ...(['out-of-service', 'in-service'] as const),
] as const
export type AlertAction = (typeof alertActions)[number]

/**
 * What happens to an alert, one row of `alert_event` each. `reopened`: its condition came back within ten minutes of being raised. `released`: its
 * root no longer explains it. `wait-met`: what a person waited for has come. The place in the list is stored: append only.
 */
export const alertEvents = [
  ...(['raised', 'reopened', 'cleared', 'acknowledged', 'unacknowledged', 'assigned', 'commented'] as const),
  ...(['shelved', 'unshelved', 'suppressed', 'released', 'resolved', 'out-of-service', 'in-service'] as const),
  ...(['wait-met'] as const),
] as const
export type AlertEventKind = (typeof alertEvents)[number]

/** Why an action has no effect on an alert. */
export const alertRefusals = {
  unknown: 'there is no alert of this id',
  closed: 'it is closed',
  'still-active': 'its condition holds: acknowledge it, or shelve it for a while',
  'not-resolvable': 'it clears when its condition ends: acknowledge it',
  'not-shelved': 'it is not shelved',
  'not-acknowledged': 'it is not acknowledged',
  suppressed: 'it is held back by its root: act on the root',
  shelved: 'it is shelved: end the shelving first',
  'out-of-service': 'it is out of service: put it back in service first',
  'in-service': 'it is in service',
  'too-late': 'the time given has passed, or is more than seven days from now',
} as const
export type AlertRefusal = keyof typeof alertRefusals
export const alertRefusalCodes = /* @__PURE__ */ Object.keys(alertRefusals) as [AlertRefusal, ...AlertRefusal[]]

/**
 * What a rule of a person watches, with its unit and what it is a property of. Shares are percent of the capacity; minutes are those for which
 * the state, or the silence, has lasted.
 */
export const watchedQuantities = {
  'occupied-share': { of: 'place', unit: '%' },
  free: { of: 'place', unit: 'bays' },
  'unknown-share': { of: 'place', unit: '%' },
  'state-minutes': { of: 'bay', unit: 'min' },
  measure: { of: 'device', unit: '' },
  'silent-minutes': { of: 'device', unit: 'min' },
  vehicles: { of: 'count-zone', unit: 'vehicles' },
  'band-width': { of: 'count-zone', unit: 'vehicles' },
} as const satisfies Record<string, { readonly of: AlertSubjectKind; readonly unit: string }>
export type WatchedQuantity = keyof typeof watchedQuantities
export const watchedQuantityNames = /* @__PURE__ */ Object.keys(watchedQuantities) as [
  WatchedQuantity,
  ...WatchedQuantity[],
]

/** Which places a rule watches, each for itself. `type`: the bays of a type, within a site. */
export const watchedPlaces = ['city', 'site', 'level', 'zone', 'type'] as const
export type WatchedPlaces = (typeof watchedPlaces)[number]

export const comparisons = ['above', 'below'] as const
export type Comparison = (typeof comparisons)[number]

/** Languages of the pages. The first is used where none of them is asked for. */
export const locales = ['en', 'de'] as const
export type Locale = (typeof locales)[number]

/** What a lot is called on the public page. */
export const lotStates = ['free', 'nearly-full', 'full', 'partly-known', 'no-data', 'closed'] as const
export type LotState = (typeof lotStates)[number]
