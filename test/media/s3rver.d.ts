declare module '@20minutes/s3rver' {
  import type { AddressInfo } from 'node:net'

  export interface S3rverOptions {
    address: string
    port: number
    silent: boolean
    directory: string
  }

  /** What the tests use of it. The package has no types of its own. */
  export default class S3rver {
    constructor(options: S3rverOptions)
    readonly store: { putBucket(bucket: string): Promise<void> }
    run(): Promise<AddressInfo>
    close(): Promise<void>
  }
}
