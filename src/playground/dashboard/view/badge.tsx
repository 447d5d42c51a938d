/** A state in a word; its colour says the same once more. */
export function Badge({ name, tone }: { name: string; tone: 'good' | 'fair' | 'bad' | 'none' }) {
  return <span class={`badge badge-${tone}`}>{name}</span>
}
