/** The one limiter that is used of rate-limiter-flexible 11.4.0, by itself: its index loads all twenty, and modules only Node has. */
declare module 'rate-limiter-flexible/lib/RateLimiterPostgres.js' {
  export { RateLimiterPostgres as default } from 'rate-limiter-flexible'
}
