/** What happens when: a binary heap of events by time, and by order of entry where times are equal. */
export interface Agenda<Event> {
  add(atMs: number, event: Event): void
  /** The next event, or null when nothing is left. */
  take(): { atMs: number; event: Event } | null
}

interface Entry<Event> {
  atMs: number
  order: number
  event: Event
}

export function emptyAgenda<Event>(): Agenda<Event> {
  const heap: Entry<Event>[] = []
  let order = 0
  return {
    add(atMs, event) {
      heap.push({ atMs, order: order++, event })
      rise(heap, heap.length - 1)
    },
    take() {
      const first = heap[0]
      const last = heap.pop()
      if (first === undefined || last === undefined) return null
      if (heap.length > 0) {
        heap[0] = last
        sink(heap)
      }
      return first
    },
  }
}

function before<Event>(a: Entry<Event> | undefined, b: Entry<Event> | undefined): boolean {
  if (a === undefined || b === undefined) return false
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}

function swap<Event>(heap: Entry<Event>[], i: number, j: number): void {
  const [a, b] = [heap[i], heap[j]]
  if (a === undefined || b === undefined) return
  heap[i] = b
  heap[j] = a
}

function rise<Event>(heap: Entry<Event>[], from: number): void {
  for (let i = from; i > 0; ) {
    const parent = (i - 1) >> 1
    if (!before(heap[i], heap[parent])) return
    swap(heap, i, parent)
    i = parent
  }
}

function sink<Event>(heap: Entry<Event>[]): void {
  for (let i = 0; ; ) {
    const left = 2 * i + 1
    const child = before(heap[left + 1], heap[left]) ? left + 1 : left
    if (!before(heap[child], heap[i])) return
    swap(heap, i, child)
    i = child
  }
}
