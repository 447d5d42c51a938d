/** What is made of a world's happenings: a fingerprint of its log, and the load that retries added. */
import type { Witness } from './world.ts'

/** Hands everything to several witnesses. */
export function witnesses(...all: readonly Partial<Witness>[]): Witness {
  return {
    decided: (...told) => {
      for (const one of all) one.decided?.(...told)
    },
    began: (...told) => {
      for (const one of all) one.began?.(...told)
    },
    closed: (...told) => {
      for (const one of all) one.closed?.(...told)
    },
    ended: (...told) => {
      for (const one of all) one.ended?.(...told)
    },
  }
}

/** A fingerprint of all that happened, in order: 53 bits (cyrb53 by bryc, public domain) over one line an event. */
export function logFingerprint(): Partial<Witness> & { read(): string } {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  let lines = 0
  const add = (line: string): void => {
    lines += 1
    for (let i = 0; i < line.length; i++) {
      high = Math.imul(high ^ line.charCodeAt(i), 2654435761)
      low = Math.imul(low ^ line.charCodeAt(i), 1597334677)
    }
  }
  return {
    began: (turn, { model, reserve }, nowMs) => add(`${nowMs} ${turn.facts.id} began ${reserve.attempt} ${reserve.kind} ${model}`),
    closed: (turn, index, nowMs) => add(`${nowMs} ${turn.facts.id} closed ${index + 1} ${turn.attempts[index]?.outcome}`),
    ended: (turn, nowMs) => add(`${nowMs} ${turn.facts.id} ended ${turn.ending}`),
    read: () => `${lines}:${(high >>> 0).toString(16)}${(low >>> 0).toString(16)}`,
  }
}
