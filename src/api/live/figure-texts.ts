/** Events of the figures that change every second: the same one for many viewers is written once. */
import type { Kpi, SiteSummary } from '@baykeeper/contract/live.ts'
import type { SiteView } from './site-view.ts'
import type { Audience } from './viewer.ts'

export interface Figures {
  /** Default: of all sites, for the desk. */
  kpi(audience?: Audience, view?: SiteView): Kpi
  /** Default: all sites. */
  sites(view?: SiteView): readonly SiteSummary[]
}

export interface FigureTexts {
  of(name: 'kpi' | 'sites', audience: Audience, view: SiteView): Buffer
  /** They may have changed. */
  renew(): void
}

export function createFigureTexts(figures: Figures): FigureTexts {
  const texts = new Map<string, Buffer>()
  const dataOf = (name: 'kpi' | 'sites', audience: Audience, view: SiteView) =>
    name === 'sites' ? figures.sites(view) : figures.kpi(audience, view)
  return {
    of: (name, audience, view) =>
      texts.getOrInsertComputed(`${name === 'kpi' ? `kpi:${audience}` : name}:${view.key}`, () =>
        Buffer.from(`event: ${name}\ndata: ${JSON.stringify(dataOf(name, audience, view))}\n\n`),
      ),
    renew: () => texts.clear(),
  }
}
