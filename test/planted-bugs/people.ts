/** Bugs in how people sign in, and in what is kept of it. */
import type { PlantedBug } from './planted-bug.ts'

const factors = ['--test', 'src/api/second-factors.test.ts']

export const peopleBugs: readonly PlantedBug[] = [
  {
    what: 'takes a code of the app twice',
    file: 'src/auth/second-factors.ts',
    from: ' AND confirmed = 1 AND step < ?',
    to: ' AND confirmed = 1 AND step < ? + 1000',
    judge: factors,
  },
  {
    what: 'takes a session without a second factor where the role needs one',
    file: 'src/auth/accounts.ts',
    from: '  if (!session.isStrong && secondFactorFor.includes(person.role)) return undefined\n',
    to: '',
    judge: factors,
  },
  {
    what: 'takes the answer of a passkey twice',
    file: 'src/auth/passkeys.ts',
    from: " || used.has(head.toString('hex'))",
    to: '',
    judge: ['--test', 'src/auth/passkeys.test.ts'],
  },
  {
    what: 'takes a passkey that has not verified its owner',
    file: 'src/auth/passkeys.ts',
    from: 'transports: transportsOf(row) },\n      requireUserVerification: true,',
    to: 'transports: transportsOf(row) },\n      requireUserVerification: false,',
    judge: ['--test', 'src/auth/passkeys.test.ts'],
  },
  {
    what: 'reports a forged audit log as whole',
    file: 'src/api/routes/audit-log.ts',
    from: 'ok: broken.length === 0 && isExpectedFound',
    to: 'ok: isExpectedFound',
    judge: ['--test', 'src/api/audit-log.test.ts'],
  },
]
