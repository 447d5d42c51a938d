import { nameOfWindow } from '../model/chart-data.ts'
import { useBoard } from './post.ts'

/** What is to be known before the figures are read: that there are none yet, or that they are old. */
export function Notes() {
  const { access, connected, problem, stats } = useBoard()
  const nothing = stats !== null && stats.requests + stats.attempts === 0
  return (
    <div class="notes" role="status">
      {!connected && (
        <p class="note note-bad">
          <span class="pulse" aria-hidden="true" />
          The connection is lost. The figures are those of before; this page comes back by itself.
        </p>
      )}
      {connected && problem !== null && <p class="note note-bad">The figures could not be read: {problem} It is tried again.</p>}
      {stats === null && problem === null && connected && access !== 'needed' && <p class="note">Reading the figures …</p>}
      {nothing && (
        <p class="note">
          Nothing was asked for in the {nameOfWindow(stats.window)}. <a href="/">Make an edit in the playground</a>, and it shows here.
        </p>
      )}
    </div>
  )
}
