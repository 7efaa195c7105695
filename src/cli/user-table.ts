/** Every command about users, and its options. */
import { roles } from '@baykeeper/contract/vocabulary.ts'
import { Argument, type Command, Option } from 'commander'
import { addAll, oneOf, several, text, whole } from './option-values.ts'
import { placed, type RunAction } from './placed-command.ts'

const email = () => new Argument('<email>', 'by which the person signs in')
const site = (about: string) => several('--site <id>', about)

export function addAudit(audit: Command, run: RunAction): void {
  placed(
    audit
      .command('verify')
      .description('whether the record of what people changed is as it was written; exit 5 if not'),
  )
    .addOption(text('--head <code>', 'head of the chain that was noted at an earlier time'))
    .action(
      run(async (...args: Parameters<typeof import('./audit-log.ts').auditVerify>) =>
        (await import('./audit-log.ts')).auditVerify(...args),
      ),
    )
  placed(audit.command('list').description('what people changed, who and from where, the newest last'))
    .addOption(whole('--limit <n>', 'how many (default 100)', { min: 1, max: 100_000 }))
    .action(
      run(async (...args: Parameters<typeof import('./audit-log.ts').auditList>) =>
        (await import('./audit-log.ts')).auditList(...args),
      ),
    )
}

export function addUsers(user: Command, run: RunAction): void {
  addAll(placed(user.command('add').description('make an account; prints a link to set the password, once')), [
    text('--name <name>', 'of the person (default: what is before the @)'),
    oneOf('--role <role>', 'of the person (default viewer)', roles),
    site('limits the person to this site; again: to several'),
    new Option('--invite', 'sends the link to the person by mail, by the first channel of kind email'),
  ])
    .addArgument(email())
    .action(
      run(async (...args: Parameters<typeof import('./users.ts').userAdd>) =>
        (await import('./users.ts')).userAdd(...args),
      ),
    )
  addAll(placed(user.command('role').description('give a person another role')), [
    site('and limit the person to this site; again: to several; all: to none'),
  ])
    .addArgument(email())
    .addArgument(new Argument('<role>').choices(roles))
    .action(
      run(async (...args: Parameters<typeof import('./users.ts').userRole>) =>
        (await import('./users.ts')).userRole(...args),
      ),
    )
  placed(user.command('reset').description('a new link to set the password; printed once'))
    .option('--invite', 'sends the link to the person by mail, by the first channel of kind email')
    .option('--second-factor', 'and remove the app for codes and the passkeys of a person who has lost them')
    .addArgument(email())
    .action(
      run(async (...args: Parameters<typeof import('./users.ts').userReset>) =>
        (await import('./users.ts')).userReset(...args),
      ),
    )
  placed(user.command('list').description('people who may sign in')).action(
    run(async (...args: Parameters<typeof import('./users.ts').userList>) =>
      (await import('./users.ts')).userList(...args),
    ),
  )
  placed(user.command('disable').description('end all sessions of a person, who cannot sign in any more'))
    .option('--enable', 'let the person sign in again')
    .addArgument(email())
    .action(
      run(async (...args: Parameters<typeof import('./users.ts').userDisable>) =>
        (await import('./users.ts')).userDisable(...args),
      ),
    )
}
