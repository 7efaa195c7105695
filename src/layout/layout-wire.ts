/**
 * A layout on the wire and in the program: keys are written differently, and a bay of one type, zone or device may be written short. A city
 * has 50,000 bays: their keys are the same in both, but for those of their rules, and are not looked at one by one.
 */
import type { LayoutDocument } from '@baykeeper/contract/layout.ts'
import type { Bay, Layout, Level } from '../domain/layout.ts'
import { camelKeys, snakeKeys } from '../lib/key-case.ts'

type LevelOnWire = LayoutDocument['sites'][number]['levels'][number]
type BayOnWire = LevelOnWire['bays'][number]

export function layoutOnWire({ sites, ...layout }: Layout): LayoutDocument {
  const onWire = snakeKeys({ ...layout, sites: [] }) as LayoutDocument
  return {
    ...onWire,
    sites: sites.map(({ levels, ...site }) => ({
      ...(snakeKeys(site) as Omit<LayoutDocument['sites'][number], 'levels'>),
      levels: levels.map(({ bays, ...level }) => ({
        ...(snakeKeys(level) as Omit<LevelOnWire, 'bays'>),
        bays: bays.map(bayOnWire),
      })),
    })),
  }
}

const bayOnWire = ({ rule, ...bay }: Bay): BayOnWire =>
  ({ ...bay, ...(rule === undefined ? {} : { rule: snakeKeys(rule) }) }) as BayOnWire

export function layoutFromWire({ sites, ...document }: LayoutDocument): Layout {
  const layout = camelKeys(document) as Omit<Layout, 'sites'>
  return {
    ...layout,
    sites: sites.map(({ levels, ...site }) => ({
      ...(camelKeys(site) as Omit<Layout['sites'][number], 'levels'>),
      levels: levels.map(({ bays, ...level }) => ({
        ...(camelKeys(level) as Omit<Level, 'bays'>),
        bays: bays.map(bayFromWire),
      })),
    })),
  }
}

function bayFromWire({ type, types, zone, zones, device, devices, rule, ...bay }: BayOnWire): Bay {
  const given = {
    ...bay,
    types: types ?? [type ?? ('standard' as const)],
    zones: zones ?? listOf(zone),
    devices: devices ?? listOf(device),
  }
  return (rule === undefined ? given : { ...given, rule: camelKeys(rule) }) as Bay
}

const listOf = (one: string | undefined): readonly string[] => (one === undefined ? [] : [one])
