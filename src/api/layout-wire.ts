/** A layout on the wire and as the journal and the database keep it: the names of two keys differ. */
import type { LayoutDocument } from '@baykeeper/contract/layout.ts'
import type { Bay, Layout } from '../domain/layout.ts'

export const layoutOnWire = ({ bayW, bayH, ...rest }: Layout) => ({ ...rest, bay_w: bayW, bay_h: bayH })

/** The schema's optional fields may be present and undefined; the domain's are absent. */
export function layoutFromWire({ bay_w: bayW, bay_h: bayH, ...document }: LayoutDocument): Layout {
  return {
    ...{ ...document, bayW, bayH },
    sites: document.sites.map((site) => ({
      ...site,
      levels: site.levels.map((level) => ({
        ...level,
        bays: level.bays.map(
          ({ zone, device, closed, ...bay }): Bay => ({
            ...bay,
            ...(zone === undefined ? {} : { zone }),
            ...(device === undefined ? {} : { device }),
            ...(closed === undefined ? {} : { closed }),
          }),
        ),
      })),
    })),
  }
}
