/** Starts the page. */
import { render } from 'preact'
import { createAccess } from './state/access.ts'
import { type Desk, INITIAL_STATE } from './state/app-state.ts'
import { createStore } from './state/store.ts'
import { App } from './view/app.tsx'
import { DeskContext } from './view/desk.ts'
import { applyTheme } from './view/theme.ts'
import './style/page.css'

const store = createStore(INITIAL_STATE)
const access = createAccess(location.origin, (state) => store.set({ connected: state === 'restored' }))
const desk: Desk = { store, access, shown: new AbortController() }
const page = document.getElementById('page')

applyTheme()
if (page !== null) {
  render(
    <DeskContext.Provider value={desk}>
      <App />
    </DeskContext.Provider>,
    page,
  )
}
