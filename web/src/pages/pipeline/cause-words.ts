/** Every cause of a loss in plain words: what it is called, what happened, and what prevents it. */
import { sumMax } from '@baykeeper/contract/balance.ts'
import { type LossCause, type LossMeaning, losses } from '@baykeeper/contract/vocabulary.ts'
import type { PipelineKey } from './en.ts'
import type { Sum } from './losses.ts'
import type { PipelineWords } from './pipeline-words.ts'

export const causeKeys: Readonly<
  Record<LossCause, { readonly name: PipelineKey; readonly text: PipelineKey; readonly help: PipelineKey }>
> = {
  'sequence-gap': { name: 'causeGap', text: 'causeGapText', help: 'causeGapHelp' },
  overrun: { name: 'causeOverrun', text: 'causeOverrunText', help: 'causeOverrunHelp' },
  'kernel-drop': { name: 'causeKernel', text: 'causeKernelText', help: 'causeKernelHelp' },
  'port-down': { name: 'causePort', text: 'causePortText', help: 'causePortHelp' },
  refused: { name: 'causeRefused', text: 'causeRefusedText', help: 'causeRefusedHelp' },
  'journal-damage': { name: 'causeDamage', text: 'causeDamageText', help: 'causeDamageHelp' },
}

/** A cause without a text is shown by its code. */
export const causeName = (words: PipelineWords, cause: LossCause): string =>
  cause in causeKeys ? words.text(causeKeys[cause].name) : cause

/** Short, for a figure: "12", "at least 12", "not known". Never 0 for what cannot be counted. */
export function sumFigure(words: PipelineWords, { frames, uncounted }: Pick<Sum, 'frames' | 'uncounted'>): string {
  // A sum at its limit is shown with its own "at least".
  if (uncounted === 0 || frames >= sumMax) return words.number(frames)
  return frames === 0 ? words.text('notCountable') : words.text('atLeast', { n: frames })
}

const meaningKeys = {
  'missing before us': 'framesMissing',
  rejected: 'framesRejected',
  'lost by us': 'framesLostByUs',
} as const satisfies Record<LossMeaning, PipelineKey>

/** The sentence names the one meaning that all causes share, and all three only where causes of several are summed. */
function framesKey(causes: readonly LossCause[]): PipelineKey {
  const [first, ...others] = new Set(causes.map((cause) => losses[cause].meaning))
  return first === undefined || others.length > 0 ? 'lostFrames' : meaningKeys[first]
}

/** In a sentence: "12 messages rejected · 3 losses of unknown size". */
export function sumWords(words: PipelineWords, { frames, uncounted, causes }: Sum): string {
  const known = frames > 0 || uncounted === 0 ? [words.count(framesKey(causes), frames)] : []
  return [...known, ...(uncounted > 0 ? [words.count('uncounted', uncounted)] : [])].join(' · ')
}
