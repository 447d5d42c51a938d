import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeWebhookSecret, WEBHOOK_SECRET } from '../../src/domain/webhook-secret.ts'
import { webhookHeaders } from '../../src/node/webhooks/sign-webhook.ts'
import { systemRandom } from '../../src/runtime/random.ts'

const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`
const signed = (...secrets: string[]) => webhookHeaders(secrets, 'trn_1-3', 0, '{}')['webhook-signature']

test('signs as the example of the Standard Webhooks libraries does', () => {
  const headers = webhookHeaders(
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    1_614_265_330_999,
    '{"test": 2432232314}',
  )
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test('a secret of ours is a fresh key of 32 bytes, and another one signs otherwise', () => {
  const [one, other] = [makeWebhookSecret(systemRandom), makeWebhookSecret(systemRandom)]
  expect(Buffer.from(one.slice('whsec_'.length), 'base64')).toHaveLength(32)
  expect(one).toMatch(WEBHOOK_SECRET)
  expect(one).not.toBe(other)
  expect(signed(one)).not.toBe(signed(other))
  const byHand = createHmac('sha256', Buffer.from(one.slice('whsec_'.length), 'base64'))
    .update('trn_1-3.0.{}')
    .digest('base64')
  expect(signed(one)).toBe(`v1,${byHand}`)
})

test('several secrets sign side by side, parted by spaces, each as it would alone', () => {
  const [one, other] = [secretOf(24), secretOf(64)]
  expect(signed(one, other)).toBe(`${signed(one)} ${signed(other)}`)
})

test.each(Array.from({ length: 70 }, (_, bytes) => bytes))('a secret of %i bytes is taken if the specification allows as many', (bytes) => {
  expect(WEBHOOK_SECRET.test(secretOf(bytes))).toBe(bytes >= 24 && bytes <= 64)
})

test.each([
  ['without its padding', secretOf(25).replaceAll('=', '')],
  ['with too much of it', `${secretOf(24)}=`],
  ['in the alphabet for addresses', `whsec_${'-_'.repeat(16)}`],
  ['with something behind it', `${secretOf(24)}\n`],
  ['with something before it', ` ${secretOf(24)}`],
  ['without its prefix', secretOf(24).slice('whsec_'.length)],
])('a secret %s is none', (_, secret) => {
  expect(secret).not.toMatch(WEBHOOK_SECRET)
})
