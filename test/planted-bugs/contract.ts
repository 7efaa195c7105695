/** Bugs of the contract: what its schemas take, and what its client makes of a call. */
import type { PlantedBug } from './planted-bug.ts'

const client = ['--test', 'contract/client.test.ts']
const layout = ['--test', 'contract/layout.test.ts']
const layoutFaults = ['--test', 'src/domain/layout-faults.test.ts']
const route = ['--test', 'contract/route.test.ts']
const balance = ['--test', 'src/audit/conservation.test.ts']

export const contractBugs: readonly PlantedBug[] = [
  {
    what: 'writes a field of the query that was left out',
    file: 'contract/client.ts',
    from: 'if (value !== undefined) search.append',
    to: 'search.append',
    judge: client,
  },
  {
    what: 'sends a body without the media type of JSON',
    file: 'contract/client.ts',
    from: "{ 'content-type': 'application/json' }",
    to: '{}',
    judge: client,
  },
  {
    what: 'calls a server twice below the root when its address ends in a slash',
    file: 'contract/client.ts',
    from: "base.replace(/\\/$/, '')",
    to: 'base',
    judge: client,
  },
  {
    what: 'hides the status of an answer that is no JSON',
    file: 'contract/client.ts',
    from: 'response.json().catch(() => ({})))',
    to: 'response.json())',
    judge: client,
  },
  {
    what: 'drops the sentence of a problem',
    file: 'contract/client.ts',
    from: 'problem.detail ?? problem.title',
    to: 'problem.title',
    judge: client,
  },
  {
    what: 'takes a field that is written short and as a list',
    file: 'contract/layout.ts',
    from: 'if (bay[one] !== undefined && bay[many] !== undefined)',
    to: 'if (bay[one] === bay[many] && bay[one] !== undefined)',
    judge: layout,
  },
  {
    what: 'takes a place for a time zone',
    file: 'contract/layout.ts',
    from: "new Intl.DateTimeFormat('en', { timeZone: zone })",
    to: 'String(zone)',
    judge: layout,
  },
  {
    what: 'takes two bays of one id',
    file: 'src/domain/layout-checks/ids.ts',
    from: '    if (first) {\n',
    to: '    if (first && first.where !== where) {\n',
    judge: layoutFaults,
  },
  {
    what: 'takes a device of a list that another bay has',
    file: 'src/domain/layout-checks/devices.ts',
    from: 'of devices.entries()) {',
    to: 'of devices.slice(0, 1).entries()) {',
    judge: layoutFaults,
  },
  {
    what: 'takes a zone that the level does not have',
    file: 'src/domain/layout-checks/zones.ts',
    from: '        if (!zones.has(zone))\n',
    to: '        if (zones.size > 0 && !zones.has(zone))\n',
    judge: layoutFaults,
  },
  {
    what: 'takes an id with an invisible character',
    file: 'contract/layout.ts',
    from: 'text === text.trim() && !invisible.test(text)',
    to: 'text === text.trim()',
    judge: layout,
  },
  {
    what: 'takes a time without its offset',
    file: 'contract/route.ts',
    from: "      offset: true,\n      error: 'must be ISO",
    to: "      local: true,\n      error: 'must be ISO",
    judge: route,
  },
  {
    what: 'lets a page have no item',
    file: 'contract/route.ts',
    from: 'int().min(1).max(most)',
    to: 'int().min(0).max(most)',
    judge: route,
  },
  {
    what: 'leaves damaged frames out of the balance',
    file: 'contract/balance.ts',
    from: "'tentative', 'damaged', 'pending'",
    to: "'tentative', 'pending'",
    judge: balance,
  },
]
