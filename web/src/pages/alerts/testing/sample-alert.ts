/** An alert for tests: a vehicle that stands too long. */
import type { Alert } from '@baykeeper/contract/alerts.ts'

export const sampleAlert = (more: Partial<Alert> & Pick<Alert, 'id'>): Alert => ({
  ...{ rule: 'overstay', kind: 'overstay', severity: 'warning', title: 'Overstay' },
  ...{ text: 'Bay S0-001: parked longer than 120 min.', state: 'unacknowledged', is_active: true },
  ...{ subject: 'bay', subject_id: 'S0-001', site: 'site-0', level: 'l0', zone: null },
  ...{ value: 120, limit: 120, unit: 'min', raised: '2026-11-23T08:00:00.000Z', cleared: null },
  ...{ acknowledged: null, acknowledged_by: null, owner: null, shelved_until: null, closed: null },
  ...{ root: null, children: 0, times: 1, is_resolvable: false, ...more },
})
