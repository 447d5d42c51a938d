/** What a bundle's schema cannot say: that its turns form a tree, and that whatever they name is there, and nothing else. */
import type { FieldError } from '../problem.ts'
import type { Bundle } from './bundle.ts'
import type { BundleTurn } from './bundle-turn.ts'
import { checkPart } from './check-part.ts'

/** Everything that is wrong with the bundle, each with its place; none: it can be imported, given the content it names. */
export function checkBundle(bundle: Bundle): FieldError[] {
  const content = listContent(bundle)
  return [
    ...content.errors,
    ...checkHead(bundle),
    ...bundle.turns.flatMap((turn, index) => [
      ...checkPlace(bundle.turns, turn, index),
      ...checkAnswers(turn, index),
      ...checkNames(turn, index, content),
    ]),
    ...content.unused(),
  ]
}

function checkHead({ session, turns }: Bundle): FieldError[] {
  if (session.head === null || turns[session.head]?.status === 'succeeded') return []
  return [{ path: 'session.head', message: 'must be a turn that succeeded' }]
}

/** A parent that comes earlier: so there are no circles, and a turn can be stored after what it hangs on. */
function checkPlace(turns: readonly BundleTurn[], turn: BundleTurn, index: number): FieldError[] {
  if (turn.parent === null) return []
  if (turn.parent < index && turns[turn.parent]?.status === 'succeeded') return []
  return [{ path: `turns.${index}.parent`, message: 'must be an earlier turn that succeeded' }]
}

function checkAnswers({ status, outputAttempt, answers, attempts }: BundleTurn, index: number): FieldError[] {
  const errors: FieldError[] = []
  if ((status === 'succeeded') !== (outputAttempt !== null)) {
    errors.push({ path: `turns.${index}.outputAttempt`, message: 'must be there when the turn succeeded, and only then' })
  }
  if (outputAttempt !== null && !answers.some(({ attempt }) => attempt === outputAttempt)) {
    errors.push({ path: `turns.${index}.outputAttempt`, message: 'names an attempt that gave no answer' })
  }
  if (!isAscending(answers.map(({ attempt }) => attempt))) {
    errors.push({ path: `turns.${index}.answers`, message: 'must be in the order of their attempts, one for each' })
  }
  if (!isAscending(attempts.map(({ n }) => n))) {
    errors.push({ path: `turns.${index}.attempts`, message: 'must be in order, each number once' })
  }
  return errors
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? number))
}

function checkNames({ input, answers }: BundleTurn, index: number, content: Content): FieldError[] {
  const inputs = input.flatMap((part, at) => {
    const path = `turns.${index}.input.${at}.sha256`
    return part.type === 'image' && !content.takes('image', part.sha256) ? [{ path, message: 'is not among the media' }] : []
  })
  const outputs = answers.flatMap((answer, n) =>
    answer.parts.flatMap((part, at) => {
      const path = `turns.${index}.answers.${n}.parts.${at}`
      const trouble = checkPart(part)
      const absent = part.holes.filter((hole) => !content.takes(hole.holds, hole.sha256, hole.bytes))
      return [
        ...(trouble === null ? [] : [{ path: `${path}.raw`, message: trouble }]),
        ...absent.map(({ holds, sha256 }) => ({ path: `${path}.holes`, message: `there is no ${holds} ${sha256} of that size` })),
      ]
    }),
  )
  return [...inputs, ...outputs]
}

interface Content {
  errors: FieldError[]
  /** Whether the bundle lists it; what was asked for counts as used. */
  takes(holds: 'image' | 'signature', sha256: string, bytes?: number): boolean
  unused(): FieldError[]
}

function listContent({ media, signatures }: Bundle): Content {
  const errors: FieldError[] = []
  const index = (list: 'media' | 'signatures', items: readonly { sha256: string; bytes: number }[]) => {
    const found = new Map<string, { path: string; bytes: number; used: boolean }>()
    for (const [at, { sha256, bytes }] of items.entries()) {
      const path = `${list}.${at}.sha256`
      if (found.has(sha256)) errors.push({ path, message: 'is listed twice' })
      else found.set(sha256, { path, bytes, used: false })
    }
    return found
  }
  const known = { image: index('media', media), signature: index('signatures', signatures) }
  return {
    errors,
    takes: (holds, sha256, bytes) => {
      const item = known[holds].get(sha256)
      if (item === undefined || (bytes !== undefined && item.bytes !== bytes)) return false
      item.used = true
      return true
    },
    unused: () =>
      [...known.image.values(), ...known.signature.values()].flatMap(({ path, used }) =>
        used ? [] : [{ path, message: 'belongs to no turn' }],
      ),
  }
}
