/** The judge of weights: mean pinball loss over the anchor's error on a part of each history that they have not learnt from. */
import type { Panel } from '../data/panel.ts'
import { newBatch } from '../features/batch.ts'
import { fillSeries } from '../features/network-input.ts'
import type { View } from '../features/view.ts'
import type { ModelConfig } from '../model/config.ts'
import { inputsOf, lossOf, taughtInputsOf } from '../model/loss.ts'
import { type StoredTensors, tensorsOf } from '../model/stored-tensors.ts'
import { jit, valuesOf } from '../model/tensor.ts'

export interface Judged {
  readonly panel: Panel
  readonly view: View
  /** Where judging begins. */
  readonly from: number
  /** Targets lie before this. */
  readonly to: number
}

/** Origins judged per panel: enough to tell, quick to do. */
const originsMax = 60

export function judgeOf(config: ModelConfig): (weights: StoredTensors, judged: readonly Judged[]) => Promise<number> {
  const loss = jit(lossOf(config))
  return async (weights, judged) => {
    let sum = 0
    let batches = 0
    for (const { panel, view, from: begin, to } of judged) {
      const lots = panel.lots.length
      const span = to - begin - 1
      const origins = Math.min(originsMax, span)
      // A site of one lot or two is judged in one batch.
      const each = Math.max(1, Math.min(origins, Math.floor(132 / lots)))
      const embeddings = Int32Array.from({ length: each * lots }, (_, i) =>
        config.lots.indexOf(panel.lots[i % lots]?.id ?? ''),
      )
      for (let from = 0; from + each <= origins; from += each) {
        const batch = newBatch(each * lots, config.horizons.length, config.siteLots)
        for (let series = 0; series < each * lots; series++) {
          const t = begin + Math.floor(((from + Math.floor(series / lots)) * span) / origins)
          fillSeries({ batch, view, series, lot: series % lots, t, end: to })
        }
        const inputs = taughtInputsOf(inputsOf(config, batch, embeddings), batch, view.anchor.sigma)
        sum += (await valuesOf(loss(tensorsOf(weights), inputs)))[0] as number
        batches++
      }
    }
    return sum / Math.max(1, batches)
  }
}
