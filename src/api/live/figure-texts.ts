/** Events of the figures that change every second: the same one for many viewers is written once. */
import type { Kpi, SiteSummary } from '@baykeeper/contract/live.ts'
import type { Audience } from './viewer.ts'

export interface Figures {
  kpi(): Kpi
  publicKpi(): Kpi
  sites(): readonly SiteSummary[]
}

export interface FigureTexts {
  of(name: 'kpi' | 'sites', audience: Audience): Buffer
  /** They may have changed. */
  renew(): void
}

export function createFigureTexts(figures: Figures): FigureTexts {
  const texts = new Map<string, Buffer>()
  const dataOf = (name: 'kpi' | 'sites', audience: Audience) =>
    name === 'sites' ? figures.sites() : audience === 'desk' ? figures.kpi() : figures.publicKpi()
  return {
    of: (name, audience) =>
      texts.getOrInsertComputed(name === 'kpi' ? `kpi:${audience}` : name, () =>
        Buffer.from(`event: ${name}\ndata: ${JSON.stringify(dataOf(name, audience))}\n\n`),
      ),
    renew: () => texts.clear(),
  }
}
