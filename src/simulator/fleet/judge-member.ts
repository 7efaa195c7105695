/**
 * Compares what the server shows of one member with the truth. A state may be unknown where its frames do not say which one it is; a wrong one is
 * never excused.
 */
import { measures as declared } from '../../domain/measures.ts'
import { contentOf, type History } from '../world/history.ts'
import { judgeLosses } from '../world/judge.ts'
import { judgeStays, type StayClaim } from '../world/judge-stays.ts'
import { counterRestarts, mustBeKnown, numbersOnly, presenceAfter } from '../world/truth.ts'
import { frameOf } from './member-records.ts'
import type { Member } from './members.ts'
import type { ServerView } from './server-view.ts'

export interface Difference {
  readonly device: string
  readonly what: 'state' | 'bay' | 'frames' | 'stored' | 'losses' | 'measure' | 'stay' | 'missing' | 'balance'
  readonly shown: string
  readonly truth: string
  readonly why: string
}

const presence = (value: boolean | null | undefined) =>
  value === true ? 'occupied' : value === false ? 'free' : 'unknown'

/** `isResent`: a frame of it went out twice, so that its copies are not counted in the truth. */
export function judgeMember(member: Member, view: ServerView, isResent: boolean): Difference[] {
  const { device, history } = member
  const shown = view.device(device)
  if (!shown)
    return [
      {
        device,
        what: 'missing',
        shown: 'no such device',
        truth: `${history.deliveries.length} frames`,
        why: whyAbsent(member),
      },
    ]
  const missing = shown.missing_certain ? shown.missing : 'not certain'
  const losses = isResent ? [] : judgeLosses(history, { missing })
  return [
    ...(member.bay === undefined ? judgeMeasures(member, shown) : judgePresence(member, view, shown.occupied)),
    ...judgeFrames(member, view, isResent),
    ...losses.map(
      ({ text }): Difference => ({ device, what: 'losses', shown: text, truth: 'see shown', why: whyOf(member) }),
    ),
    ...judgeMemberStays(member, view),
  ]
}

function judgePresence(member: Member, view: ServerView, state: boolean | null | undefined): Difference[] {
  const { device, history, bay = '' } = member
  const truth = presenceAfter(history).at(-1)
  const isNeeded = mustBeKnown(history).at(-1) === true
  const differs = (what: 'state' | 'bay', value: boolean | null | undefined): Difference[] =>
    value === truth || ((value === null || value === undefined) && !isNeeded)
      ? []
      : [{ device, what, shown: presence(value), truth: presence(truth), why: whyOf(member) }]
  const ofBay = view.bay(bay)
  const noBay: Difference = {
    device,
    what: 'bay',
    shown: 'no such bay',
    truth: presence(truth),
    why: whyOf(member),
  }
  return [...differs('state', state), ...(ofBay === undefined ? [noBay] : differs('bay', ofBay))]
}

/** Every frame is stored, a repetition, or set aside; and what the board made is stored once. */
function judgeFrames(member: Member, view: ServerView, isResent: boolean): Difference[] {
  const { device, history } = member
  if (isResent) return []
  const { committed, duplicate, quarantined } = view.frames(device)
  const sent = history.deliveries.length
  const all = committed + duplicate + quarantined
  const why = whyOf(member)
  const parts = `${all} (${committed} stored, ${duplicate} repeated, ${quarantined} set aside)`
  const unaccounted: Difference[] =
    all === sent || (all < sent && mayWait(history))
      ? []
      : [{ device, what: 'frames', shown: parts, truth: `${sent} sent`, why }]
  const [least, most] = storedBounds(history)
  const isRight = (committed >= least || mayWait(history)) && committed <= most
  return isRight
    ? unaccounted
    : [
        ...unaccounted,
        {
          device,
          what: 'stored',
          shown: String(committed),
          truth: least === most ? `${most}` : `${least} to ${most}`,
          why,
        },
      ]
}

/** Frames may be left undecided at the end: a restart, a repetition and a late frame look alike. */
const mayWait = (history: History) => numbersOnly(history) || counterRestarts(history) || history.kind === 'neither'

/** Readings with the same content cannot be counted apart. */
function storedBounds(history: History): readonly [least: number, most: number] {
  const delivered = new Set(history.deliveries.map(({ reading }) => reading))
  const contents = new Set(Array.from(delivered, (i) => contentOf(history.readings[i] as History['readings'][number])))
  const most = mayWait(history) ? history.deliveries.length : delivered.size
  return [contents.size, most]
}

const measureNames = new Map<string, string>(declared.map(({ key, name }) => [key, name]))

/** Of a device that knows nothing of a bay: what its newest frame measured. */
function judgeMeasures(member: Member, shown: object): Difference[] {
  const { device, history, lorawan } = member
  const newest = Math.max(...history.deliveries.map(({ reading }) => reading))
  if (!lorawan) return []
  const { measures } = frameOf(lorawan.model, history.readings.length, newest, false)
  return Object.entries(measures).flatMap(([key, truth]): Difference[] => {
    const name = measureNames.get(key)
    const value = name === undefined ? undefined : (shown as Record<string, unknown>)[name]
    if (name === undefined || value === truth) return []
    return [{ device, what: 'measure', shown: `${name} ${value}`, truth: String(truth), why: whyOf(member) }]
  })
}

function judgeMemberStays(member: Member, view: ServerView): Difference[] {
  const { device, history, bay } = member
  if (bay === undefined) return []
  const claims = view.stays(bay).map(
    (stay): StayClaim => ({
      arrival: Date.parse(stay.arrival),
      departure: Date.parse(stay.departure),
      certain: stay.certain,
      maxErrorMs: stay.max_error_s === null ? null : stay.max_error_s * 1_000,
      hiddenMax: stay.hidden_max,
    }),
  )
  return judgeStays(history, claims).map(
    (text): Difference => ({ device, what: 'stay', shown: text, truth: 'see shown', why: whyOf(member) }),
  )
}

/** The faults of its board and line, which is where to look first. */
export function whyOf({ way, history, lorawan }: Member): string {
  const by = lorawan
    ? `${way} of ${lorawan.envelope.name}, ${lorawan.model.name}`
    : `${way}, frames with ${about[history.kind]}`
  return [by, ...new Set(history.traits)].join('; ')
}

const about: Record<History['kind'], string> = {
  session: 'a session and a counter',
  'clock-number': 'a clock and a number',
  clock: 'a clock',
  boot: 'a boot and a number',
  number: 'a number',
  neither: 'neither clock nor number',
}

const whyAbsent = (member: Member) => `${whyOf(member)}; nothing of it was decoded, or it waits in the inbox`
