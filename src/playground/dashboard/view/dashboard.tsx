import { useEffect, useState } from 'preact/hooks'
import { KeyDialog } from '../../view/key-dialog.tsx'
import { NOTHING_LIVE } from '../model/live.ts'
import { watch } from '../state/watch.ts'
import { Alerts } from './alerts.tsx'
import { Charts } from './charts.tsx'
import { Header } from './header.tsx'
import { ModelTable } from './model-table.tsx'
import { Notes } from './notes.tsx'
import { useBoard, usePost } from './post.ts'
import { QuotaTable } from './quota-table.tsx'
import { Tiles } from './tiles.tsx'

/** The whole page. */
export function Dashboard() {
  const { store, access } = usePost()
  const { access: may, keyRefused, stats } = useBoard()
  const [keys, setKeys] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is watched anew with each key
  useEffect(() => {
    const gone = new AbortController()
    void watch({ store, access }, gone.signal)
    return () => gone.abort()
  }, [store, access, keys])
  const takeKey = (key: string, forGood: boolean) => {
    access.takeKey(key, forGood)
    store.set({ access: 'checking', live: NOTHING_LIVE })
    setKeys(keys + 1)
  }
  return (
    <div class="dashboard">
      <Header />
      <main class="board">
        <Notes />
        {stats !== null && (
          <>
            <Alerts />
            <Tiles stats={stats} />
            <Charts />
            <ModelTable models={stats.models} />
            <QuotaTable quotas={stats.quotas} />
          </>
        )}
      </main>
      {may === 'needed' && (
        <KeyDialog refused={keyRefused} onKey={takeKey}>
          This service wants a key. The dashboard shows what the key’s tenant may see, and with the admin key everything. The key stays in
          this browser.
        </KeyDialog>
      )}
    </div>
  )
}
