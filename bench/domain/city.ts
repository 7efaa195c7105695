/** 50,000 bays in 20 sites with 100 zones each, a sensor on every bay: names of devices are those of the load generator. */
export const bayCount = 50_000
const siteCount = 20
const baysOfSite = bayCount / siteCount
const zonesOfSite = 100
const columns = 50
const bayW = 2.5
const bayH = 5
const aisle = 1

export const deviceName = (bay: number) => `S-${String(bay).padStart(6, '0')}`
export const bayName = (bay: number) => `B-${bay}`

/** As it is sent; `name` makes versions differ. */
export const cityText = (name: string): string =>
  JSON.stringify({
    ...{ name, bay_w: bayW, bay_h: bayH },
    sites: Array.from({ length: siteCount }, (_, site) => ({
      ...{ id: `site-${site}`, name: `Site ${site}`, zone: 'Europe/Berlin' },
      levels: [
        {
          ...{ id: `level-${site}`, name: 'Level', x: 0, y: 0 },
          ...{ w: columns * bayW, h: (baysOfSite / columns) * (bayH + aisle) },
          zones: Array.from({ length: zonesOfSite }, (_, zone) => ({ id: `zone-${zone}`, name: `Zone ${zone}` })),
          bays: Array.from({ length: baysOfSite }, (_, i) => bayAt(site * baysOfSite + i, i)),
        },
      ],
    })),
  })

const bayAt = (bay: number, place: number) => ({
  ...{ id: bayName(bay), types: ['standard'], zones: [`zone-${place % zonesOfSite}`], devices: [deviceName(bay)] },
  ...{ x: (place % columns) * bayW, y: Math.floor(place / columns) * (bayH + aisle) },
})
