import { describe, expect, test } from 'vitest'
import { type Config, type Environment, parseConfig } from '../../src/config.ts'

/** What a caller would see printed. */
function read(env: Environment, files: Record<string, string> = {}): Config | string[] {
  const parsed = parseConfig(env, (path) => {
    const text = files[path]
    if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`)
    return text
  })
  return 'ok' in parsed ? parsed.ok : parsed.problems
}

const S3 = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'shh' }
const ENDPOINT = { id: 'relay', key: 'k' }

test('an empty environment is the documented defaults', () => {
  expect(read({})).toMatchObject({
    host: '127.0.0.1',
    port: 8787,
    databaseUrl: null,
    dataDir: './data',
    endpoints: [],
    httpsProxy: null,
    noProxy: null,
    apiKeys: [],
    adminKey: null,
    publicUrl: null,
    signingSecret: null,
    corsOrigins: [],
    blobStore: { kind: 'fs', path: './data/media' },
    executor: true,
    leaseMs: 30_000,
    drainMs: 30_000,
    waitMaxMs: 55_000,
  })
})

const good: [variable: string, value: string, expected: Partial<Config>, also?: Environment][] = [
  ['PORT', '0', { port: 0 }],
  ['PORT', ' 65535 ', { port: 65_535 }],
  ['HOST', '::1', { host: '::1' }],
  ['HOST', 'localhost', { host: 'localhost' }],
  ['HOST', '127.8.8.8', { host: '127.8.8.8' }],
  ['HOST', '0.0.0.0', { host: '0.0.0.0' }, { API_KEYS: 'acme:k' }],
  ['HOST', '0.0.0.0', { host: '0.0.0.0' }, { ADMIN_API_KEY: 'k' }],
  ['DATABASE_URL', 'postgres://u:p@db:5432/x', { databaseUrl: 'postgres://u:p@db:5432/x' }],
  ['DATABASE_URL', 'postgresql:///x?host=/run/pg', { databaseUrl: 'postgresql:///x?host=/run/pg' }],
  ['DATA_DIR', '/var/lib/p/', { dataDir: '/var/lib/p/', blobStore: { kind: 'fs', path: '/var/lib/p/media' } }],
  ['DATA_DIR', '', { dataDir: './data' }],
  ['HTTPS_PROXY', 'http://u:p@proxy:3128', { httpsProxy: 'http://u:p@proxy:3128' }],
  ['https_proxy', 'http://proxy:3128', { httpsProxy: 'http://proxy:3128' }],
  ['HTTPS_PROXY', 'http://first:1', { httpsProxy: 'http://first:1' }, { https_proxy: 'http://second:1' }],
  ['NO_PROXY', 'localhost,.corp', { noProxy: 'localhost,.corp' }],
  ['no_proxy', '*', { noProxy: '*' }],
  [
    'API_KEYS',
    'acme:a:b, acme:c ,beta:d,',
    {
      apiKeys: [
        ['acme', 'a:b'],
        ['acme', 'c'],
        ['beta', 'd'],
      ].map(([tenantId = '', key = '']) => ({ tenantId, key })),
    },
  ],
  ['ADMIN_API_KEY', 'boss', { adminKey: 'boss' }],
  ['PUBLIC_URL', 'https://Edit.example:443/', { publicUrl: 'https://edit.example' }],
  ['SIGNING_SECRET', 'not so short', { signingSecret: 'not so short' }],
  ['CORS_ORIGINS', 'https://a.example/, http://localhost:5173', { corsOrigins: ['https://a.example', 'http://localhost:5173'] }],
  ['CORS_ORIGINS', '*', { corsOrigins: ['*'] }],
  ['BLOB_STORE', 'fs:/srv/media', { blobStore: { kind: 'fs', path: '/srv/media' } }],
  ['EXECUTOR', 'off', { executor: false }],
  ['EXECUTOR', 'on', { executor: true }],
  ['LEASE_MS', '5000', { leaseMs: 5_000 }],
  ['DRAIN_MS', '0', { drainMs: 0 }],
  ['WAIT_MAX_MS', '1000', { waitMaxMs: 1_000 }],
]

test.each(good)('%s=%s is read', (variable, value, expected, also = {}) => {
  expect(read({ ...also, [variable]: value })).toMatchObject(expected)
})

const bad: [variable: string, value: string, problem: string, also?: Environment][] = [
  ['PORT', 'http', 'PORT: must be a whole number from 0 to 65535'],
  ['PORT', '65536', 'PORT: must be a whole number from 0 to 65535'],
  ['PORT', '-1', 'PORT: must be a whole number from 0 to 65535'],
  [
    'HOST',
    '0.0.0.0',
    'HOST: without API_KEYS or ADMIN_API_KEY everyone is let in, so it must be 127.0.0.1, ::1 or localhost; or set a key',
  ],
  [
    'HOST',
    '127.evil.example',
    'HOST: without API_KEYS or ADMIN_API_KEY everyone is let in, so it must be 127.0.0.1, ::1 or localhost; or set a key',
  ],
  ['DATABASE_URL', 'mysql://u:hush@db/x', 'DATABASE_URL: must begin with postgres:// or postgresql://'],
  ['GEMINI_API_KEY', 'two hush words', 'GEMINI_API_KEY: must be visible ASCII characters, without blanks'],
  ['GEMINI_BASE_URL', 'google', 'GEMINI_BASE_URL: must be a URL that begins with http:// or https://, without user, query and fragment'],
  ['GEMINI_BASE_URL', 'https://google.example/v1beta/', 'GEMINI_BASE_URL: must be the root of the API, without its version'],
  [
    'GEMINI_BASE_URL',
    'https://u:hush@google.example',
    'GEMINI_BASE_URL: must be a URL that begins with http:// or https://, without user, query and fragment',
  ],
  ['HTTPS_PROXY', 'socks5://hush@proxy:1080', 'HTTPS_PROXY: must be a URL that begins with http:// or https://'],
  [
    'API_KEYS',
    'acme:k,hush',
    'API_KEYS: pair 2 must be tenant:key, the tenant of at most 64 letters, digits, dots, hyphens and underscores',
  ],
  ['API_KEYS', 'acme:hush,beta:hush', 'API_KEYS: pair 2 has the key of another pair'],
  ['ADMIN_API_KEY', 'hush hush', 'ADMIN_API_KEY: must be visible ASCII characters, without blanks'],
  ['ADMIN_API_KEY', 'hush', 'ADMIN_API_KEY: is the key of a tenant in API_KEYS too', { API_KEYS: 'acme:hush' }],
  ['PUBLIC_URL', 'edit.example', 'PUBLIC_URL: must be a URL that begins with http:// or https://, without user, query and fragment'],
  [
    'PUBLIC_URL',
    'https://:hush@edit.example',
    'PUBLIC_URL: must be a URL that begins with http:// or https://, without user, query and fragment',
  ],
  ['PUBLIC_URL', 'https://edit.example/api', 'PUBLIC_URL: must be scheme, host and port alone, without a path'],
  ['SIGNING_SECRET', 'hush', 'SIGNING_SECRET: must have at least 8 characters'],
  ['CORS_ORIGINS', '*, https://a.example/x', 'CORS_ORIGINS.1: must be scheme, host and port alone, without a path'],
  ['BLOB_STORE', '/srv/media', 'BLOB_STORE: must be fs:PATH or s3://bucket?endpoint=https://…&region=…'],
  ['BLOB_STORE', 'fs:', 'BLOB_STORE: must be fs:PATH or s3://bucket?endpoint=https://…&region=…'],
  [
    'BLOB_STORE',
    's3://bucket',
    'BLOB_STORE: an s3:// store needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    { AWS_ACCESS_KEY_ID: 'hush' },
  ],
  ['BLOB_STORE', 's3://b/x', 'BLOB_STORE: must be fs:PATH or s3://bucket?endpoint=https://…&region=…: the bucket is not a valid name', S3],
  ['BLOB_STORE', 's3://bucket?key=hush', 'BLOB_STORE: must be fs:PATH or s3://bucket?endpoint=https://…&region=…: there is no key', S3],
  [
    'BLOB_STORE',
    's3://bucket?endpoint=minio:9000',
    'BLOB_STORE: must be fs:PATH or s3://bucket?endpoint=https://…&region=…: the endpoint is not an http(s) URL',
    S3,
  ],
  ['EXECUTOR', 'yes', 'EXECUTOR: must be on or off'],
  ['LEASE_MS', '30s', 'LEASE_MS: must be a whole number from 100 to 600000'],
  ['LEASE_MS', '1', 'LEASE_MS: must be a whole number from 100 to 600000'],
  ['DRAIN_MS', '3600001', 'DRAIN_MS: must be a whole number from 0 to 3600000'],
  ['WAIT_MAX_MS', '1e3', 'WAIT_MAX_MS: must be a whole number from 0 to 600000'],
]

test.each(bad)('%s=%s is refused in one line that does not repeat it', (variable, value, problem, also = {}) => {
  expect(read({ ...also, [variable]: value })).toEqual([problem])
  expect(problem).not.toContain('hush')
})

test('every bad value is told of at once', () => {
  expect(read({ PORT: 'x', EXECUTOR: 'x', ENDPOINTS: '{' })).toHaveLength(3)
})

test('what a Worker is bound to is not configuration', () => {
  expect(read({ PORT: { get: () => 1 }, MEDIA: {} })).toMatchObject({ port: 8787 })
})

describe('an S3 store', () => {
  test('is read with its credentials', () => {
    expect(read({ ...S3, AWS_SESSION_TOKEN: 't', BLOB_STORE: 's3://media.p?endpoint=http://127.0.0.1:9000/&region=eu-1' })).toMatchObject({
      blobStore: {
        kind: 's3',
        bucket: 'media.p',
        endpoint: 'http://127.0.0.1:9000',
        region: 'eu-1',
        credentials: { accessKeyId: 'AKIA', secretAccessKey: 'shh', sessionToken: 't' },
      },
    })
  })

  test.each([
    [{ AWS_REGION: 'eu-2', AWS_DEFAULT_REGION: 'eu-3' }, 'eu-2'],
    [{ AWS_DEFAULT_REGION: 'eu-3' }, 'eu-3'],
    [{}, 'us-east-1'],
  ])('without an endpoint is the one of AWS in the region of %o', (env, region) => {
    expect(read({ ...S3, ...env, BLOB_STORE: 's3://bucket' })).toMatchObject({
      blobStore: { region, endpoint: `https://s3.${region}.amazonaws.com`, credentials: { sessionToken: null } },
    })
  })
})

describe('endpoints', () => {
  const withEndpoints = (endpoints: unknown, env: Environment = {}) => read({ ...env, ENDPOINTS: JSON.stringify(endpoints) })

  test('GEMINI_API_KEY stands for one', () => {
    expect(read({ GEMINI_API_KEY: 'k', GEMINI_BASE_URL: 'http://127.0.0.1:9/' })).toMatchObject({
      endpoints: [
        {
          id: 'gemini',
          api: 'gemini',
          baseUrl: 'http://127.0.0.1:9',
          key: 'k',
          project: 'gemini',
          files: true,
          inlineBytesMax: 95_000_000,
          limits: {},
        },
      ],
    })
  })

  test('are read in order, what they do not say filled in, GEMINI_API_KEY last', () => {
    const relay = {
      id: 'relay',
      baseUrl: 'https://relay.example/google/',
      key: 'r',
      project: 'p',
      files: false,
      limits: { rpm: 10, rpd: 500 },
    }
    expect(withEndpoints([relay, { id: 'spare', key: 's', inlineBytesMax: 7 }], { GEMINI_API_KEY: 'k' })).toMatchObject({
      endpoints: [
        { ...relay, api: 'gemini', baseUrl: 'https://relay.example/google', inlineBytesMax: 20_000_000 },
        { id: 'spare', project: 'spare', baseUrl: 'https://generativelanguage.googleapis.com', files: true, inlineBytesMax: 7 },
        { id: 'gemini' },
      ],
    })
  })

  test('may be in a file', () => {
    expect(read({ ENDPOINTS: '@up.json' }, { 'up.json': JSON.stringify([ENDPOINT]) })).toMatchObject({ endpoints: [ENDPOINT] })
  })

  test.each([
    ['a field nobody knows', [{ ...ENDPOINT, keys: 'hush' }], 'ENDPOINTS.0.keys: there is no such field'],
    ['no key', [{ id: 'a' }], 'ENDPOINTS.0.key: must be a string, and is missing'],
    ['a key with blanks', [{ id: 'a', key: 'hush hush' }], 'ENDPOINTS.0.key: must be a key without blanks'],
    ['an id twice', [ENDPOINT, ENDPOINT], 'ENDPOINTS.1.id: is the id of another endpoint too'],
    ['an id with a slash', [{ ...ENDPOINT, id: 'a/b' }], 'ENDPOINTS.0.id: must be 1 to 64 letters, digits, dots, hyphens or underscores'],
    ['a limit of nothing', [{ ...ENDPOINT, limits: { rpm: 0 } }], 'ENDPOINTS.0.limits.rpm: must be more than 0'],
    ['another API', [{ ...ENDPOINT, api: 'openai' }], 'ENDPOINTS.0.api: must be "gemini"'],
    ['an object', ENDPOINT, 'ENDPOINTS: must be an array, not an object'],
  ])('%s is refused with its path', (_, endpoints, problem) => {
    expect(withEndpoints(endpoints)).toEqual([problem])
  })

  test('the id gemini cannot mean two', () => {
    expect(withEndpoints([{ id: 'gemini', key: 'a' }], { GEMINI_API_KEY: 'hush' })).toEqual([
      'GEMINI_API_KEY: stands for the endpoint gemini, which ENDPOINTS has too: leave one of them out',
    ])
  })
})

describe.each(['ENDPOINTS', 'ENGINE_POLICY', 'MODEL_CATALOG'])('JSON of %s', (variable) => {
  test.each([
    ['broken off', '[{"key":"hush"', /^is not valid JSON( \(at character \d+\))?$/],
    ['not JSON at all', 'hush', /^is not valid JSON/],
    ['a file that is not there', '@none.json', /^cannot be read: ENOENT: no such file or directory, open 'none\.json'$/],
    ['a broken file', '@broken.json', /^is not valid JSON/],
  ])('%s is refused without being repeated', (_, value, message) => {
    const problems = read({ [variable]: value }, { 'broken.json': '{"key": hush}' })
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${variable}: `))])
    expect(String(problems).slice(variable.length + 2)).toMatch(message)
    expect(String(problems)).not.toContain('hush')
  })

  test('where files cannot be read, says so', () => {
    expect(parseConfig({ [variable]: '@a.json' })).toEqual({ problems: [`${variable}: files cannot be read here: give the JSON itself`] })
  })
})

describe('what is laid over ours', () => {
  test('ENGINE_POLICY changes what it names', () => {
    const [ours, theirs] = [read({}), read({ ENGINE_POLICY: '{"interactive":{"attemptsPerModel":2}}' })]
    expect(ours).not.toMatchObject({ policies: { interactive: { attemptsPerModel: 2 } } })
    expect(theirs).toMatchObject({ policies: { interactive: { attemptsPerModel: 2 } } })
  })

  test('MODEL_CATALOG changes what it names', () => {
    const config = read({ MODEL_CATALOG: '@models.json' }, { 'models.json': '{"chains":{"cost":["gemini-3-pro-image"]}}' })
    expect(config).toMatchObject({ catalogue: { chains: { cost: ['gemini-3-pro-image'] } } })
  })

  test.each([
    ['ENGINE_POLICY', '{"interactiv":{}}', 'ENGINE_POLICY.interactiv: there is no such field'],
    ['MODEL_CATALOG', '{"chains":{"cost":["no-such-model"]}}', 'MODEL_CATALOG.chains.cost.0: no model no-such-model'],
    ['MODEL_CATALOG', '[]', 'MODEL_CATALOG: must be an object, not an array'],
  ])('a bad %s is refused with the path of the bad field', (variable, value, problem) => {
    expect(read({ [variable]: value })).toEqual([problem])
  })
})
