/** For `baykeeper doctor`: whether people can sign in by the organisation's provider, and what the settings lack. */
import { createOidcProvider } from '../auth/oidc/provider.ts'
import { oidcCa, oidcSecret, oidcSecretVariable } from '../auth/oidc/settings.ts'
import type { Config } from '../config/config.ts'
import { isLoopback } from '../config/configured-sources.ts'
import { systemClock } from '../lib/clock.ts'
import type { Finding } from '../lib/finding.ts'

type Configured = Pick<Config, 'signIn' | 'publicUrl' | 'host' | 'port'>

/** Nothing where no provider is configured. Asks the provider for its metadata. */
export async function oidcFindings(
  { signIn: { oidc }, publicUrl, host, port }: Configured,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Finding[]> {
  if (!oidc) return []
  const lacks: Finding[] = []
  if (publicUrl === undefined && !isLoopback(host))
    lacks.push({
      ...{ level: 'warning', what: 'signIn.oidc: publicUrl is not set' },
      fix: 'set it to the address that people open: the provider sends them back there',
    })
  if (oidcSecret(oidc, env) === undefined)
    lacks.push({
      ...{ level: 'fault', what: 'signIn.oidc: there is no client secret' },
      fix: `set ${oidcSecretVariable}, or signIn.oidc.secretFile to a file that the user of the server can read`,
    })
  if (oidc.caFile !== undefined && oidcCa(oidc) === undefined)
    lacks.push({
      level: 'fault',
      what: `signIn.oidc: ${oidc.caFile} cannot be read`,
      fix: 'correct signIn.oidc.caFile',
    })
  if (lacks.some(({ level }) => level === 'fault')) return lacks
  const callback = `${publicUrl?.replace(/\/$/, '') ?? `http://localhost:${port}`}/sign-in/oidc/callback`
  return [
    ...lacks,
    await ofProvider(createOidcProvider(oidc, { env, monotonic: systemClock.monotonic }), oidc.name, callback),
  ]
}

async function ofProvider(
  provider: ReturnType<typeof createOidcProvider>,
  name: string,
  callback: string,
): Promise<Finding> {
  try {
    await provider.begin(callback)
    return {
      level: 'ok',
      what: `sign-in by ${name}: the provider answers; the redirect address to register there is ${callback}`,
    }
  } catch (fault) {
    return {
      ...{ level: 'warning', what: `sign-in by ${name}: ${(fault as Error).message}` },
      fix: 'people sign in with passwords and passkeys meanwhile; check signIn.oidc.issuer',
    }
  }
}
