/** `baykeeper user add|role|reset|list|disable`: accounts of people, on the data directory, whether a server runs or not. */
import os from 'node:os'
import type { MailOutcome } from '@baykeeper/contract/accounts.ts'
import { type Role, roles } from '@baykeeper/contract/vocabulary.ts'
import { type Accounts, openAccounts } from '../auth/accounts.ts'
import { type Actor, type Person, type PersonChange, PersonFault } from '../auth/people.ts'
import { linkMs } from '../auth/person-links.ts'
import type { Config } from '../config/config.ts'
import { type MailedInvitation, sendInvitation } from '../notify/invitation.ts'
import { CommandFailed, exitCodes, print, type Spoken } from './output.ts'
import { type PlaceOptions, placeOf, runningServer, usedPlaceOf } from './place.ts'

export interface UserOptions extends PlaceOptions, Spoken {
  readonly name?: string
  readonly role?: string
  readonly site?: string
  readonly enable?: boolean
  readonly secondFactor?: boolean
  /** Sends the link by mail. */
  readonly invite?: boolean
}

export async function userAdd(email: string, options: UserOptions): Promise<number> {
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email))
    throw new CommandFailed(exitCodes.usage, `${email} is no e-mail address such as ada@example.org`)
  const { config } = placeOf(options)
  using accounts = openAccounts(config.data)
  const { name = email.split('@')[0] as string, site } = options
  const person = inWords(() =>
    accounts.people.add({ name, email, role: roleOf(options.role ?? 'viewer'), sites: site?.split(',') }, actor()),
  )
  return await printLink(accounts, person, options)
}

/** A new link to set the password; the password and the sessions end when it is used. */
export async function userReset(email: string, options: UserOptions): Promise<number> {
  using accounts = openAccounts(usedPlaceOf(options).config.data)
  const person = found(accounts, email)
  if (options.secondFactor) removeFactors(accounts, person)
  return await printLink(accounts, person, options)
}

/** The person signs in with the password alone again. */
function removeFactors({ factors, passkeys, sessions }: Accounts, person: Person) {
  factors.remove(person, actor())
  for (const { id } of passkeys.ofPerson(person.id)) passkeys.remove(person, id, actor())
  for (const { id } of sessions.ofPerson(person.id)) sessions.end(person.id, id)
}

export async function userRole(email: string, role: string, options: UserOptions): Promise<number> {
  const { site } = options
  return changed(email, options, {
    role: roleOf(role),
    ...(site === undefined ? {} : { sites: site === 'all' ? undefined : site.split(',') }),
  })
}

export const userDisable = (email: string, options: UserOptions): Promise<number> =>
  changed(email, options, { isDisabled: options.enable !== true })

export async function userList(options: UserOptions): Promise<number> {
  using accounts = openAccounts(usedPlaceOf(options).config.data)
  const people = accounts.people.all()
  print(options, people.map(facts), () =>
    people.length === 0 ? ['no users yet: baykeeper user add E-MAIL --role admin'] : people.map(line),
  )
  return exitCodes.ok
}

async function changed(email: string, options: UserOptions, change: PersonChange): Promise<number> {
  using accounts = openAccounts(usedPlaceOf(options).config.data)
  const person = inWords(() => accounts.people.change(found(accounts, email).id, change, actor()))
  print(options, facts(person), () => [line(person)])
  return exitCodes.ok
}

async function printLink(
  { people }: Accounts,
  { id, email, name, role }: Person,
  options: UserOptions,
): Promise<number> {
  const { config } = placeOf(options)
  const running = await runningServer(config.data)
  const web = running?.web ?? `http://${config.host}:${config.port}`
  const secret = people.createLink(id, actor())
  const base = config.publicUrl?.replace(/\/$/, '') ?? web
  const link = `${base}/password?link=${secret}`
  const invitation = { address: email, name, link: `${base}/invite/${secret}` }
  const mail = options.invite === true ? await mailed(config, invitation) : undefined
  print(options, { email, name, role, link, ...(mail ? { mail } : {}) }, () => (mail?.sent ? [] : [link]), {
    warnings: running ? [] : [`no server runs on ${config.data}: the link works once it does`],
  })
  if (mail && !mail.sent) {
    if (!options.json) process.stderr.write(`The invitation was not sent: ${mail.detail} Pass the link on yourself.\n`)
    return exitCodes.failed
  }
  if (mail && !options.json) process.stderr.write(`${mail.detail}\n`)
  if (!options.json)
    process.stderr.write(`${name} sets a password there. It works once, for three days, and is shown once.\n`)
  return exitCodes.ok
}

/** By this process: it works without a running server too. */
const mailed = (
  config: Config,
  invitation: Pick<MailedInvitation, 'address' | 'name' | 'link'>,
): Promise<MailOutcome> =>
  sendInvitation(
    { ...invitation, by: actor().name, expires: Date.now() + linkMs },
    { settings: config.notifications, env: process.env, signal: new AbortController().signal, now: Date.now },
  )

function found({ people }: Accounts, email: string): Person {
  const person = people.byEmail(email)
  if (!person) throw new CommandFailed(exitCodes.failed, `there is no user ${email}; see baykeeper user list`)
  return person
}

function roleOf(text: string): Role {
  const role = roles.find((one) => one === text)
  if (!role) throw new CommandFailed(exitCodes.usage, `there is no role ${text}; choose from ${roles.join(', ')}`)
  return role
}

function inWords<T>(change: () => T): T {
  try {
    return change()
  } catch (fault) {
    if (!(fault instanceof PersonFault)) throw fault
    throw new CommandFailed(exitCodes.failed, `${fault.message}; nothing was changed`, { cause: fault })
  }
}

const facts = ({ id, name, email, role, sites, isDisabled, hasPassword }: Person) => ({
  ...{ id, name, email, role, sites: sites ?? null, disabled: isDisabled, invited: !hasPassword },
})

const line = ({ name, email, role, sites, isDisabled, hasPassword }: Person): string =>
  [
    ...[email.padEnd(32), role.padEnd(9), name],
    ...(sites ? [`(sites ${sites.join(' ')})`] : []),
    ...(isDisabled ? ['disabled'] : hasPassword ? [] : ['invited']),
  ].join(' ')

/** Who gave the command: the user of the machine. */
function actor(): Actor {
  try {
    return { name: `command-line.${os.userInfo().username}`, address: '' }
  } catch {
    // A user id without a name, as containers have.
    return { name: 'command-line', address: '' }
  }
}
