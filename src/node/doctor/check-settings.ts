/** Settings that are right by themselves, and unwise together, or for more than one machine. */
import { isLoopback } from '../../config/access.ts'
import type { Config } from '../../config.ts'
import { doubtful, type Finding, fine } from './finding.ts'

/** 16 characters of base64 are 96 bits. */
const KEY_CHARACTERS_MIN = 16
const SECRET_CHARACTERS_MIN = 32
/** What proxies wait for an answer as a rule (nginx, AWS ALB). */
const PROXY_MS = 60_000

/** Each says something when it applies. */
const DOUBTS: readonly ((config: Config) => Finding | null)[] = [
  ({ apiKeys, adminKey, host }) =>
    apiKeys.length > 0 || adminKey !== null
      ? null
      : doubtful(`Nobody needs a key, so only this machine may call (${host})`, 'to serve others set API_KEYS or ADMIN_API_KEY'),
  ({ apiKeys, adminKey }) =>
    [...apiKeys.map(({ key }) => key), ...(adminKey === null ? [] : [adminKey])].every((key) => key.length >= KEY_CHARACTERS_MIN)
      ? null
      : doubtful(
          'There are keys that can be guessed',
          `give each ${KEY_CHARACTERS_MIN} random characters or more: openssl rand -base64 24`,
        ),
  ({ signingSecret }) =>
    signingSecret === null || signingSecret.length >= SECRET_CHARACTERS_MIN
      ? null
      : doubtful(
          'SIGNING_SECRET is short',
          'who holds a signed address can try secrets on it: openssl rand -base64 32, the same on all nodes',
        ),
  ({ databaseUrl, blobStore }) =>
    databaseUrl !== null && blobStore.kind === 'fs'
      ? doubtful('Pictures go to a folder of this machine', 'fine for one node; several must share it (NFS), or use BLOB_STORE=s3://…')
      : null,
  ({ databaseUrl, publicUrl }) =>
    publicUrl === null && databaseUrl !== null
      ? doubtful('PUBLIC_URL is not set', 'turns cannot have webhooks, and addresses of media begin with whatever Host a request names')
      : null,
  ({ publicUrl }) =>
    publicUrl?.startsWith('http:') && !isLoopback(new URL(publicUrl).hostname)
      ? doubtful('PUBLIC_URL is plain HTTP', 'keys and pictures could be read on the way: put a proxy with a certificate in front')
      : null,
  ({ publicUrl, host }) =>
    publicUrl !== null && isLoopback(host) && !isLoopback(new URL(publicUrl).hostname)
      ? doubtful(
          `It listens on ${host} alone`,
          'fine behind a proxy on this machine; in a container or behind a load balancer set HOST=0.0.0.0',
        )
      : null,
  ({ corsOrigins }) =>
    corsOrigins.includes('*') ? doubtful('Pages of every site may call (CORS_ORIGINS)', 'list the origins of your own pages') : null,
  ({ webhookAllowPrivate, host }) =>
    webhookAllowPrivate && !isLoopback(host)
      ? doubtful(
          'Webhooks of turns may go to addresses inside',
          'callers reach by them what they could not reach: WEBHOOK_ALLOW_PRIVATE=off',
        )
      : null,
  ({ waitMaxMs }) =>
    waitMaxMs < PROXY_MS
      ? null
      : doubtful(
          `Answers may be held back for ${waitMaxMs} ms`,
          'proxies give up after 60 s as a rule: WAIT_MAX_MS=55000, or raise their limits too',
        ),
  ({ drainMs, executor }) =>
    executor && drainMs > 0 && drainMs < 10_000
      ? doubtful(
          `A node that is told to stop gives its turns ${drainMs} ms`,
          'what does not end is sent again elsewhere, and may be paid twice: DRAIN_MS=30000 or more',
        )
      : null,
]

export function checkSettings(config: Config): Finding[] {
  const doubts = DOUBTS.flatMap((doubt) => doubt(config) ?? [])
  return doubts.length > 0 ? doubts : [fine('Keys, secrets and addresses are fit for the world')]
}
