/** Schemas that the settings of several sources share. */
import * as z from 'zod'
import { addressFault } from '../lib/address-list.ts'

/** A rule that a type cannot express: what is wrong with the text, or undefined. */
export type Rule = (text: string) => string | undefined

export const checkedText = (rule: Rule) =>
  z
    .string()
    .min(1)
    .superRefine((value, context) => {
      const message = rule(value)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    })

export const port = z
  .union([z.int().min(0).max(65_535), z.literal('off')], { error: 'must be a port from 0 to 65535 or "off"' })
  .describe('0..65535 (0 = any free port), or "off" for none')

export const timePolicy = z
  .enum(['check', 'trust'])
  .default('check')
  .describe('"trust" takes the device time without a check (replay, history)')

export const allow = z
  .array(checkedText(addressFault))
  .default([])
  .describe('addresses or CIDR ranges that may send; required when the listener is not on loopback')

export const access = z
  .enum(['listed', 'token'])
  .default('listed')
  .describe(
    '"listed": this machine and the addresses under allow may send without a token; "token": every sender begins with the line #token TOKEN, also on this machine, and no list is required',
  )

export const sourceName = z.string().min(1).max(64).optional()

/** The option `time` of a source, which is absent where times are checked. */
export const trust = (policy: z.output<typeof timePolicy>): { time?: 'trust' } =>
  policy === 'trust' ? { time: 'trust' } : {}
