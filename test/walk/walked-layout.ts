/** A layout with what a walk through the API meets: ids that look like paths, several types, a gate, a count zone, rules. */

const place = { y: 0, zones: ['z'] }

export const walkedLayout = {
  ...{ name: 'Harbour City', bay_w: 2.5, bay_h: 5 },
  sites: [
    {
      ...{ id: 'south', name: 'South Garage', zone: 'Europe/Berlin' },
      levels: [
        {
          ...{ id: 'l0', name: 'Ground', x: 0, y: 0, w: 100, h: 50 },
          zones: [
            { id: 'z', name: 'Zone' },
            { id: 'deck', name: 'Deck', count_capacity: 50 },
          ],
          bays: ['A-1', 'A-2', '..', 'a/b', 'ä 😀'].map((id, i) => ({
            ...place,
            ...{ id, types: [i % 2 === 0 ? ('standard' as const) : ('ev' as const)], x: i * 3 },
            devices: [`sensor-of-${id}`],
          })),
        },
      ],
      gates: [{ id: 'g', name: 'Gate', devices: ['loop'], into: { level: 'l0', zone: 'deck' } }],
    },
  ],
}
